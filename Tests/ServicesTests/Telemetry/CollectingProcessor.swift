import Synchronization

@testable import Telemetry

/// Keeps the spans that ended, in order.
final class CollectingProcessor: SpanProcessor {
  private let collected = Mutex<[SpanData]>([])

  var spans: [SpanData] { collected.withLock { $0 } }

  /// One whose spans end here.
  var tracer: OTelTracer {
    TracerProvider(processor: self, idGenerator: IDGenerator(), logger: .discarding)
      .tracer(InstrumentationScope(name: "test"))
  }

  func onEnd(_ span: OTelSpan) {
    guard let data = span.recorded else { return }
    collected.withLock { $0.append(data) }
  }

  func forceFlush(within limit: Duration) async -> Bool { true }

  func shutdown(within limit: Duration) async -> Bool { true }
}
