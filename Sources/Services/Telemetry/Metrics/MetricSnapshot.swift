/// One family's values at the time of a scrape.
public struct MetricFamilySnapshot: Sendable, Equatable {
  /// What the family is.
  public var definition: MetricDefinition
  /// Its series, in the order in which they first appeared.
  public var series: [MetricSeries]

  /// A family with the series given.
  public init(_ definition: MetricDefinition, _ series: [MetricSeries]) {
    self.definition = definition
    self.series = series
  }
}

/// One series: the values of the family's labels, and the value.
public struct MetricSeries: Sendable, Equatable {
  /// In the order of the definition's label names.
  public var labelValues: [String]
  /// The value at the time of the scrape.
  public var value: MetricValue

  /// A series.
  public init(_ labelValues: [String] = [], _ value: MetricValue) {
    self.labelValues = labelValues
    self.value = value
  }
}

/// The value of a series.
public enum MetricValue: Sendable, Equatable {
  /// Of a counter, a gauge or an info.
  case number(Double)
  /// Of a histogram.
  case histogram(HistogramCell)
  /// Of a summary.
  case summary(SummaryCell)
}

/// An observation kept beside a bucket, which leads from a metric to a trace.
public struct Exemplar: Sendable, Equatable {
  /// What was observed.
  public var value: Double
  /// The span it was observed in; its trace is sampled.
  public var span: SpanReference
  /// When, in microseconds since 1970.
  public var microseconds: Int64

  /// An exemplar.
  public init(value: Double, span: SpanReference, microseconds: Int64) {
    self.value = value
    self.span = span
    self.microseconds = microseconds
  }
}
