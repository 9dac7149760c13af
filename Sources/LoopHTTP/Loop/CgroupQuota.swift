#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The CPU quota of the process' control group, so that a container with half a CPU does not start 64 loops.
enum CgroupQuota {
  /// Whole CPUs, rounded up; nil without a quota. Source: the kernel's `cgroup-v2`, file `cpu.max`.
  static func cpus() -> Int? {
    guard let text = read("/sys/fs/cgroup/cpu.max") else { return nil }
    return parse(text)
  }

  /// `$MAX $PERIOD` in microseconds, or `max $PERIOD`.
  static func parse(_ text: String) -> Int? {
    let words = text.split { $0 == " " || $0 == "\n" }
    guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]), quota > 0, period > 0 else {
      return nil
    }
    return (quota + period - 1) / period
  }

  private static func read(_ path: String) -> String? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe _ = fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
