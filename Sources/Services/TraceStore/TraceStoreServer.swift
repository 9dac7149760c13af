import HTTPTypes
import LoopHTTP
public import ServiceCore
import Synchronization
import Telemetry

/// A small trace backend: takes spans over OTLP/HTTP and answers the part of Tempo's HTTP API that Grafana needs.
///
/// Requests of all loops share one storage behind a lock; bodies are decoded and encoded outside of it, and outside of
/// the loops, which in `dice all` serve other requests, too. Run it without tracing of its own: a store that traces the
/// exports it receives never comes to rest.
public final class TraceStoreServer: ServiceDefinition {
  /// See `ServiceDefinition`.
  public let name = "trace-store"
  /// See `ServiceDefinition`.
  public let title = "Trace Store API"
  /// See `ServiceDefinition`.
  public let version = "1.0.0"

  /// Where OpenTelemetry's SDKs look for a receiver (OTLP specification, "OTLP/HTTP Default Port").
  public static let defaultPort: UInt16 = 4318

  /// What a store allows itself and its clients.
  public struct Limits: Sendable, Hashable {
    /// Bytes that the kept traces may take; some 70 000 spans of the dice services. The container has four times that.
    public var storage: Int
    /// Bytes of one export, before and after decompression: 20 full batches of an SDK's default settings.
    public var body: Int
    /// Spans, attributes, events and whatever else is a message, of one export and of one trace: in memory, and while it
    /// is decoded or answered, an empty one takes up to 260 bytes. A collector's full batch has half as many.
    public var messages: Int
    /// Bytes of all bodies that have come, whole or in part, and wait to be decoded one after another. More are answered 429.
    public var waiting: Int

    /// Defaults that suit a process of 128 MB.
    public init(storage: Int = 32 << 20, body: Int = 8 << 20, messages: Int = 1 << 18, waiting: Int = 32 << 20) {
      self.storage = storage
      self.body = body
      self.messages = messages
      self.waiting = waiting
    }
  }

  let limits: Limits
  let storage: Mutex<TraceStorage>
  let waitingBytes = Atomic(0)
  /// Where exports are decoded.
  let receiving = Workbench()
  /// Where traces are decoded, to be answered or searched.
  let reading = Workbench()

  /// An empty store.
  public init(limits: Limits = Limits()) {
    self.limits = limits
    storage = Mutex(TraceStorage(limit: limits.storage, messageLimit: limits.messages))
  }

  /// See `ServiceDefinition`: OTLP's `/v1/…`, Tempo's `/api/…`, `/ready` and `/api/echo`.
  public func routes(_ tools: ServiceTools) -> [ServiceRoute] {
    tools.registry.observe([.traceStoreTraces, .traceStoreBytes, .traceStoreLimitBytes]) {
      self.storage.withLock { [$0.count, $0.byteCount, $0.limit] }.map { [MetricSeries([], .number(Double($0)))] }
    }
    return receivers + [
      ServiceRoute("/api/traces/{id}", Self.trace) { await self.trace($0, TraceDocument.Version.one) },
      ServiceRoute("/api/v2/traces/{id}", Self.trace) { await self.trace($0, TraceDocument.Version.two) },
      ServiceRoute("/api/search", Self.search) { await self.search($0) },
      ServiceRoute("/api/search/tags", Self.tagNames) { await self.tagNames($0, .one) },
      ServiceRoute("/api/v2/search/tags", Self.tagNames) { await self.tagNames($0, .two) },
      ServiceRoute("/api/search/tag/{tag}/values", Self.tagValues) { await self.tagValues($0, .one) },
      ServiceRoute("/api/v2/search/tag/{tag}/values", Self.tagValues) { await self.tagValues($0, .two) },
      ServiceRoute("/api/status/buildinfo", Self.buildInformation) { _ in self.buildInformation() },
      ServiceRoute("/api/echo", Self.text("That this is Tempo's API")) { _ in Response("echo") },
      ServiceRoute("/ready", Self.text("That the store is ready")) { _ in Response("ready\n") },
    ]
  }
}
