/// The `process_*` families that every Prometheus client library has.
extension MetricsRegistry {
  /// Registers them. On systems without `/proc` they have no series.
  public func registerProcessMetrics() {
    let startTime = ProcessStatistics.bootTimeSeconds().flatMap { boot in
      ProcessStatistics.current().startTimeSecondsAfterBoot.map { boot + $0 }
    }
    observe([
      Self.virtualMemory, Self.residentMemory, Self.startTime, Self.cpu, Self.openFiles, Self.maximumFiles,
    ]) {
      let process = ProcessStatistics.current()
      return [
        process.virtualMemoryBytes, process.residentMemoryBytes, startTime, process.cpuSeconds,
        process.openFileDescriptors, process.maximumFileDescriptors,
      ].map { value in value.map { [MetricSeries([], .number($0))] } ?? [] }
    }
  }

  private static let virtualMemory = MetricDefinition(
    .gauge,
    "process_virtual_memory_bytes",
    help: "Virtual memory size in bytes."
  )
  private static let residentMemory = MetricDefinition(
    .gauge,
    "process_resident_memory_bytes",
    help: "Resident memory size in bytes."
  )
  private static let startTime = MetricDefinition(
    .gauge,
    "process_start_time_seconds",
    help: "Start time of the process since unix epoch in seconds."
  )
  private static let cpu = MetricDefinition(
    .counter,
    "process_cpu_seconds_total",
    help: "Total user and system CPU time spent in seconds."
  )
  private static let openFiles = MetricDefinition(
    .gauge,
    "process_open_fds",
    help: "Number of open file descriptors."
  )
  private static let maximumFiles = MetricDefinition(
    .gauge,
    "process_max_fds",
    help: "Maximum number of open file descriptors."
  )
}
