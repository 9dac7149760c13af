extension MetricsRegistry {
  /// What is exported, as the names of the exporter's own metrics have it.
  public enum ExportedRecords: String, Sendable {
    /// `otel_exporter_spans_…`
    case spans
    /// `otel_exporter_logs_…`
    case logs
  }

  /// Registers the exporter's own metrics.
  ///
  /// - Parameter statistics: what the exporter counts; read at each scrape.
  public func registerExporterMetrics(_ statistics: ExportStatistics, of records: ExportedRecords = .spans) {
    observe(Self.definitions(of: records)) {
      let exports = statistics.snapshot
      let values = [
        Double(exports.queued), Double(exports.exported), Double(exports.dropped), Double(exports.failed),
        Double(exports.retries), exports.lastSuccess ?? 0,
      ]
      return values.map { [MetricSeries([], .number($0))] }
    }
  }

  /// In the order of the values above.
  private static func definitions(of records: ExportedRecords) -> [MetricDefinition] {
    let prefix = "otel_exporter_\(records.rawValue)_"
    let name = records.rawValue.capitalized
    return [
      MetricDefinition(.gauge, prefix + "queued", help: "\(name) that wait for export."),
      MetricDefinition(.counter, prefix + "exported_total", help: "\(name) that the collector has taken."),
      MetricDefinition(
        .counter,
        prefix + "dropped_total",
        help: "\(name) that were dropped because the queue was full."
      ),
      MetricDefinition(
        .counter,
        prefix + "failed_total",
        help: "\(name) that the collector refused or that were given up."
      ),
      MetricDefinition(.counter, prefix + "retries_total", help: "Export requests that were sent again."),
      MetricDefinition(
        .gauge,
        prefix + "last_success_timestamp_seconds",
        help: "When an export last succeeded, in seconds since 1970; 0 before the first time."
      ),
    ]
  }
}

extension String {
  /// With its first letter in upper case.
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
