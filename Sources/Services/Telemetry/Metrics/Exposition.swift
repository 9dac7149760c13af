import LoopHTTP

/// A page of metrics in the making.
public struct Exposition: Sendable {
  /// The page so far.
  public private(set) var bytes: [UInt8] = []
  private let format: ExpositionFormat

  /// An empty page.
  public init(_ format: ExpositionFormat) {
    self.format = format
  }

  /// The whole page.
  public static func page(_ families: [MetricFamilySnapshot], _ format: ExpositionFormat) -> [UInt8] {
    var exposition = Exposition(format)
    for family in families { exposition.append(family) }
    exposition.finish()
    return exposition.bytes
  }

  /// Appends a family: its HELP and TYPE, and each of its series. A family without series is left out.
  public mutating func append(_ family: MetricFamilySnapshot) {
    guard !family.series.isEmpty else { return }
    appendHead(of: family.definition)
    for series in family.series {
      let labels = labels(of: family.definition, series)
      switch series.value {
      case .number(let number): append(sample: family.definition.name, "", labels, number)
      case .summary(let summary):
        append(sample: family.definition.name, "_count", labels, Double(summary.count))
        append(sample: family.definition.name, "_sum", labels, summary.sum)
      case .histogram(let histogram): append(histogram, family.definition.name, labels)
      }
    }
  }

  /// Ends the page: OpenMetrics wants to know that nothing was cut off.
  public mutating func finish() {
    if format == .openMetrics { append("# EOF\n") }
  }

  /// In OpenMetrics the family of a counter or an info is named without the suffix of its samples.
  private mutating func appendHead(of definition: MetricDefinition) {
    let name = familyName(of: definition)
    append("# HELP \(name) ")
    append(help: definition.help)
    append("\n# TYPE \(name) \(typeName(of: definition.kind))\n")
    guard format == .openMetrics else { return }
    for unit in ["seconds", "bytes", "ratio"] where name.hasSuffix("_" + unit) { append("# UNIT \(name) \(unit)\n") }
  }

  private func familyName(of definition: MetricDefinition) -> String {
    switch (format, definition.kind) {
    case (.openMetrics, .counter): definition.name.withoutSuffix("_total")
    case (.openMetrics, .info): definition.name.withoutSuffix("_info")
    case (.openMetrics, .gauge), (.openMetrics, .histogram), (.openMetrics, .summary), (.prometheusText, _):
      definition.name
    }
  }

  private func typeName(of kind: MetricDefinition.Kind) -> String {
    switch kind {
    case .counter: "counter"
    case .gauge: "gauge"
    case .histogram: "histogram"
    case .summary: "summary"
    case .info: format == .openMetrics ? "info" : "gauge"
    }
  }

  /// `handler="/roll",method="GET"`, escaped, without braces, ready to take an `le` at its end.
  private func labels(of definition: MetricDefinition, _ series: MetricSeries) -> [UInt8] {
    var text: [UInt8] = []
    for (name, value) in zip(definition.labels, series.labelValues) {
      if !text.isEmpty { text.append(UInt8(ascii: ",")) }
      text.append(contentsOf: name.utf8)
      text.append(contentsOf: "=\"".utf8)
      text.append(escaped: value, quotes: true)
      text.append(UInt8(ascii: "\""))
    }
    return text
  }

  private mutating func append(_ histogram: HistogramCell, _ name: String, _ labels: [UInt8]) {
    var cumulated: UInt64 = 0
    for (bucket, count) in histogram.counts.enumerated() {
      cumulated += count
      let bound = bucket < histogram.bounds.count ? histogram.bounds[bucket] : .infinity
      var bucketLabels = labels
      if !labels.isEmpty { bucketLabels.append(UInt8(ascii: ",")) }
      bucketLabels.append(contentsOf: "le=\"".utf8)
      bucketLabels.append(sample: bound)
      bucketLabels.append(UInt8(ascii: "\""))
      let exemplar = bucket < histogram.exemplars.count ? histogram.exemplars[bucket] : nil
      append(sample: name, "_bucket", bucketLabels, Double(cumulated), exemplar)
    }
    append(sample: name, "_count", labels, Double(cumulated))
    append(sample: name, "_sum", labels, histogram.sum)
  }

  private mutating func append(
    sample name: String,
    _ suffix: String,
    _ labels: [UInt8],
    _ value: Double,
    _ exemplar: Exemplar? = nil
  ) {
    append(name)
    append(suffix)
    if !labels.isEmpty {
      append("{")
      bytes.append(contentsOf: labels)
      append("}")
    }
    append(" ")
    bytes.append(sample: value)
    if format == .openMetrics, let exemplar { append(exemplar) }
    append("\n")
  }

  /// 63 characters of labels, half of what OpenMetrics allows.
  private mutating func append(_ exemplar: Exemplar) {
    bytes.append(addingCapacity: 80) { output in
      output.append(" # {trace_id=\"")
      output.append(exemplar.span.traceID)
      output.append("\",span_id=\"")
      output.append(exemplar.span.spanID)
      output.append("\"} ")
    }
    bytes.append(sample: exemplar.value)
    append(" ")
    bytes.append(sample: Double(exemplar.microseconds) / 1_000_000)
  }

  private mutating func append(help: String) {
    bytes.append(escaped: help, quotes: format == .openMetrics)
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }
}

extension [UInt8] {
  /// Appends a number in its canonical form: the shortest that reads back the same, `1.0`, `+Inf`, `-Inf`, `NaN`.
  mutating func append(sample value: Double) {
    if value.isFinite {
      append(contentsOf: value.description.utf8)
    } else {
      append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf").utf8)
    }
  }

  /// Appends text with `\` and line feed escaped, and `"` where the text stands between quotes.
  ///
  /// A carriage return has no escape in either format; it becomes a blank, so that no line reader splits there.
  mutating func append(escaped text: String, quotes: Bool) {
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): append(contentsOf: #"\\"#.utf8)
      case UInt8(ascii: "\n"): append(contentsOf: #"\n"#.utf8)
      case UInt8(ascii: "\r"): append(UInt8(ascii: " "))
      case UInt8(ascii: "\"") where quotes: append(contentsOf: #"\""#.utf8)
      default: append(byte)
      }
    }
  }
}

extension String {
  fileprivate func withoutSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
