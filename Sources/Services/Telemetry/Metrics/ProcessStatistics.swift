/// What Linux tells about this process in `/proc/self`; pure, from the files' text.
struct ProcessStatistics: Sendable, Equatable {
  var virtualMemoryBytes: Double?
  var residentMemoryBytes: Double?
  var startTimeSecondsAfterBoot: Double?
  var cpuSeconds: Double?
  var openFileDescriptors: Double?
  var maximumFileDescriptors: Double?

  /// What the kernel counts in.
  struct Units: Sendable {
    var ticksPerSecond: Double
    var bytesPerPage: Double
  }

  /// - Parameters:
  ///   - stat: `/proc/self/stat` (proc_pid_stat(5)).
  ///   - limits: `/proc/self/limits`.
  ///   - openFileDescriptors: how many entries `/proc/self/fd` has.
  init(stat: String, limits: String, openFileDescriptors: Int?, units: Units) {
    self.openFileDescriptors = openFileDescriptors.map(Double.init)
    maximumFileDescriptors = Self.softLimit(ofFilesIn: limits)
    let fields = Self.fieldsAfterCommand(of: stat)
    guard fields.count > 21 else { return }
    // Numbers of proc_pid_stat(5) less three: 14 utime, 15 stime, 22 starttime, 23 vsize, 24 rss.
    cpuSeconds = (fields[11] + fields[12]) / units.ticksPerSecond
    startTimeSecondsAfterBoot = fields[19] / units.ticksPerSecond
    virtualMemoryBytes = fields[20]
    residentMemoryBytes = fields[21] * units.bytesPerPage
  }

  /// The command stands in parentheses and may itself contain blanks and parentheses: the last one closes it.
  private static func fieldsAfterCommand(of stat: String) -> [Double] {
    guard let end = stat.lastIndex(of: ")") else { return [] }
    return stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace).map { Double($0) ?? 0 }
  }

  /// When the machine started, in seconds since 1970, from `/proc/stat` (proc_stat(5)).
  static func bootTimeSeconds(systemStat: String) -> Double? {
    line(beginning: "btime ", in: systemStat).flatMap { Double($0.dropFirst("btime ".count)) }
  }

  /// `Max open files  1024  524288  files`: soft limit, hard limit, unit.
  private static func softLimit(ofFilesIn limits: String) -> Double? {
    guard let line = line(beginning: "Max open files", in: limits) else { return nil }
    let soft = line.dropFirst("Max open files".count).split(separator: " ").first
    return soft == "unlimited" ? .infinity : soft.flatMap { Double($0) }
  }

  private static func line(beginning prefix: String, in text: String) -> Substring? {
    text.split(separator: "\n").first { $0.hasPrefix(prefix) }
  }
}
