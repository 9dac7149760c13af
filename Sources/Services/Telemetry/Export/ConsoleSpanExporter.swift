import Tracing

/// Prints one readable line per span (`OTEL_TRACES_EXPORTER=console`).
public struct ConsoleSpanExporter: SpanExporter {
  private let write: @Sendable (String) -> Void

  /// An exporter that hands each line, without its line feed, to `write`.
  public init(write: @escaping @Sendable (String) -> Void) {
    self.write = write
  }

  /// Prints the batch.
  public func export(_ spans: [OTelSpan], within limit: Duration) async -> ExportResult {
    for case let span? in spans.lazy.map(\.recorded) { write(Self.line(span)) }
    return .delivered(rejected: 0)
  }

  /// `SERVER GET /roll 12.345 ms trace=… span=… parent=… status=ERROR die.type="fair"`
  static func line(_ span: SpanData) -> String {
    let microseconds = ((span.endTime ?? span.startTime) - span.startTime) / 1000
    let thousandths = String(microseconds % 1000 + 1000).dropFirst()
    var parts = [
      "\(span.kind)".uppercased(),
      visible(span.name),
      "\(microseconds / 1000).\(thousandths) ms",
      "trace=\(span.context.traceID)",
      "span=\(span.context.spanID)",
    ]
    if let parent = span.parent { parts.append("parent=\(parent.spanID)") }
    switch span.status {
    case .unset: break
    case .ok: parts.append("status=OK")
    case .error(let message): parts.append("status=ERROR" + (message.map { " (\(visible($0)))" } ?? ""))
    }
    parts += span.attributes.elements.map { "\(visible($0.key.name))=\(text($0.value))" }
    parts += span.events.map { "event=\(visible($0.name))" }
    return parts.joined(separator: " ")
  }

  private static func text(_ value: AttributeValue) -> String {
    if case .string(let text) = value { text.debugDescription } else { value.description }
  }

  /// The text with control characters escaped, so that it stays on its line.
  private static func visible(_ text: String) -> String {
    String(text.debugDescription.dropFirst().dropLast())
  }
}
