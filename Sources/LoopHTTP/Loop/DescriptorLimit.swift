#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// How many file descriptors the process may have.
enum DescriptorLimit {
  /// The soft limit now: descriptors are numbered from 0 to one below it. Somebody may change it while we run.
  static func current() -> Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let result = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    #else
      let result = unsafe getrlimit(RLIMIT_NOFILE, &limit)
    #endif
    return result == 0 ? Int(clamping: limit.rlim_cur) : .max
  }
}
