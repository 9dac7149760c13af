import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ProcessStatistics {
  /// Reads `/proc`, which the kernel makes up in memory: no disk is waited for.
  static func current() -> Self {
    ProcessStatistics(
      stat: text(of: "/proc/self/stat"),
      limits: text(of: "/proc/self/limits"),
      openFileDescriptors: try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count,
      units: Units(
        ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
        bytesPerPage: Double(sysconf(Int32(_SC_PAGESIZE)))
      )
    )
  }

  /// `/proc/stat` is long and slow on large machines; read it once.
  static func bootTimeSeconds() -> Double? {
    bootTimeSeconds(systemStat: text(of: "/proc/stat"))
  }

  private static func text(of path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
