public import LoopHTTP
internal import Synchronization
internal import Telemetry

/// A small trace backend: takes spans over OTLP/HTTP and answers the part of Tempo's HTTP API that Grafana needs.
///
/// Requests of all loops share one storage behind a lock; bodies are decoded and encoded outside of it.
public final class TraceStoreServer: Sendable {
  /// What a store allows itself and its clients.
  public struct Limits: Sendable, Hashable {
    /// Bytes that the kept traces may take; some 80 000 spans of the dice services. The container has four times that.
    public var storage: Int
    /// Bytes of one export, before and after decompression: 20 full batches of an SDK's default settings.
    public var body: Int
    /// Exports in work at a time; what decoding takes is bounded by it. More are answered 429.
    public var exports: Int

    /// Defaults that suit a process of 128 MB.
    public init(storage: Int = 32 << 20, body: Int = 8 << 20, exports: Int = 8) {
      self.storage = storage
      self.body = body
      self.exports = exports
    }
  }

  let limits: Limits
  let storage: Mutex<TraceStorage>
  let exportsInWork = Atomic(0)

  /// An empty store.
  public init(limits: Limits = Limits()) {
    self.limits = limits
    storage = Mutex(TraceStorage(limit: limits.storage))
  }

  /// Traces and estimated bytes that are kept now.
  public var contents: (traces: Int, bytes: Int) {
    storage.withLock { ($0.count, $0.byteCount) }
  }

  /// The store's routes: OTLP's `/v1/traces`, Tempo's `/api/…` and `/ready`, and the probes.
  public var router: Router {
    var router = Router()
    router.post("/v1/traces", options: RouteOptions(bodyLimit: limits.body)) { try await self.export($0) }
    router.get("/api/traces/{id}") { self.trace($0, TraceDocument.Version.one) }
    router.get("/api/v2/traces/{id}") { self.trace($0, TraceDocument.Version.two) }
    router.get("/api/search") { await self.search($0) }
    router.get("/api/echo") { _ in Response("echo") }
    router.get("/ready") { _ in Response("ready\n") }
    router.get("/livez") { _ in Response("ok\n") }
    router.get("/readyz") { _ in Response("ok\n") }
    return router
  }
}
