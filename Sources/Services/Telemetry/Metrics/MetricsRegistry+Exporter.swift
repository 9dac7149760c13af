extension MetricsRegistry {
  /// Registers the exporter's own metrics.
  ///
  /// - Parameter statistics: what the exporter counts; read at each scrape.
  public func registerExporterMetrics(_ statistics: SpanExportStatistics) {
    observe([Self.queued, Self.exported, Self.dropped, Self.failed, Self.retries, Self.lastSuccess]) {
      let exports = statistics.snapshot
      let values = [
        Double(exports.queued), Double(exports.exported), Double(exports.dropped), Double(exports.failed),
        Double(exports.retries), exports.lastSuccess ?? 0,
      ]
      return values.map { [MetricSeries([], .number($0))] }
    }
  }

  private static let queued = MetricDefinition(
    .gauge,
    "otel_exporter_spans_queued",
    help: "Spans that wait for export."
  )
  private static let exported = MetricDefinition(
    .counter,
    "otel_exporter_spans_exported_total",
    help: "Spans that the collector has taken."
  )
  private static let dropped = MetricDefinition(
    .counter,
    "otel_exporter_spans_dropped_total",
    help: "Spans that were dropped because the queue was full."
  )
  private static let failed = MetricDefinition(
    .counter,
    "otel_exporter_spans_failed_total",
    help: "Spans that the collector refused or that were given up."
  )
  private static let retries = MetricDefinition(
    .counter,
    "otel_exporter_retries_total",
    help: "Export requests that were sent again."
  )
  private static let lastSuccess = MetricDefinition(
    .gauge,
    "otel_exporter_last_success_timestamp_seconds",
    help: "When an export last succeeded, in seconds since 1970; 0 before the first time."
  )
}
