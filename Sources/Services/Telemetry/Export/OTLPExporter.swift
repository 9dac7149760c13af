import HTTPTypes
import LoopHTTP
import OTLPMessages
import Synchronization

/// Posts OTLP requests of any signal: compresses, retries what may go well later, and says once when it fails.
final class OTLPExporter: Sendable {
  private struct State {
    var outage = OutageLog()
    /// The receiver asked for silence until then.
    var quietUntil: ContinuousClock.Instant?
  }

  private let configuration: OTLPConfiguration
  private let transport: any OTLPTransport
  private let logger: OTelLogger
  private let onRetry: @Sendable () -> Void
  private let backOff: RetryBackOff
  private let wallSeconds: @Sendable () -> Int
  private let state = Mutex(State())

  /// An exporter to the configured address; `onRetry` is called before each attempt after the first.
  init(
    configuration: OTLPConfiguration,
    transport: any OTLPTransport,
    logger: OTelLogger,
    backOff: RetryBackOff = RetryBackOff(),
    wallSeconds: @escaping @Sendable () -> Int,
    onRetry: @escaping @Sendable () -> Void
  ) {
    self.configuration = configuration
    self.transport = transport
    self.logger = logger
    self.backOff = backOff
    self.wallSeconds = wallSeconds
    self.onRetry = onRetry
  }

  /// Posts an encoded request until it is taken, refused or the shorter of both limits has passed. `rejected` reads from
  /// the body of an answer what the receiver refused.
  func post(
    _ message: [UInt8],
    within limit: Duration,
    rejected: ([UInt8]) -> OTLPPartialSuccess?
  ) async -> ExportResult {
    guard message.count <= configuration.maximumRequestBytes else {
      logger.warning("Export dropped: the request is too large", [Attribute(LogField.bytes, message.count)])
      return .dropped
    }
    let body = configuration.compression == .gzip ? Gzip.compress(message) : message
    let deadline = ContinuousClock.now + min(limit, configuration.timeout)
    var attempt = 1
    while true {
      let (reply, answer) = await attemptPost(body, until: deadline)
      switch reply {
      case .accepted: return accepted(answer, rejected)
      case .refused(let reason):
        log(state.withLock { $0.outage.failed(reason + statusMessage(of: answer)) })
        return .dropped
      case .unreachable(let reason):
        guard attempt < Self.attemptsToReach, await pause(after: attempt, asked: nil, reason, until: deadline) else {
          return .undelivered
        }
      case .retry(let asked, let reason):
        guard await pause(after: attempt, asked: asked, reason, until: deadline) else { return .undelivered }
      case .interrupted(let reason):
        guard await pause(after: attempt, asked: nil, reason, until: deadline) else {
          return Task.isCancelled ? .undelivered : .dropped
        }
      }
      attempt += 1
      onRetry()
    }
  }

  /// Attempts of one export to reach its receiver. The next export tries anew, as its schedule says; the last one of a process
  /// would only keep that from ending.
  private static let attemptsToReach = 3

  /// Waits before the next attempt; false when there is no time for one.
  private func pause(
    after attempt: Int,
    asked: Duration?,
    _ reason: String,
    until deadline: ContinuousClock.Instant
  ) async -> Bool {
    if Task.isCancelled { return false }
    log(state.withLock { $0.outage.failed(reason) })
    let delay = backOff.delay(after: attempt, asked: asked, random: .random(in: 0...1))
    if asked != nil { state.withLock { $0.quietUntil = .now + delay } }
    guard .now + delay < deadline else { return false }
    return (try? await Task.sleep(for: delay)) != nil
  }

  private func attemptPost(
    _ body: [UInt8],
    until deadline: ContinuousClock.Instant
  ) async -> (OTLPReply, OTLPTransportResponse?) {
    if let quietUntil = state.withLock({ $0.quietUntil }), quietUntil > .now {
      return (.retry(after: quietUntil - .now, reason: "Retry-After"), nil)
    }
    do throws(OTLPTransportError) {
      let answer = try await transport.post(
        body,
        to: configuration.url,
        headerFields: headerFields,
        within: deadline - .now,
        maximumResponseBytes: configuration.maximumResponseBytes
      )
      return (OTLPReply(status: answer.status, headerFields: answer.headerFields, now: wallSeconds()), answer)
    } catch {
      return (OTLPReply(error), nil)
    }
  }

  private var headerFields: HTTPFields {
    var fields = HTTPFields()
    for header in configuration.headers {
      if let name = HTTPField.Name(header.name) { fields[name] = header.value }
    }
    fields[.contentType] = configuration.format.contentType
    fields[.userAgent] = "OTel-OTLP-Exporter-Swift/\(Resource.libraryVersion)"
    if configuration.compression == .gzip {
      fields[.contentEncoding] = "gzip"
      fields[.acceptEncoding] = "gzip"
    }
    return fields
  }

  /// The answer's body in the format of the request, decompressed where that was asked for; nil for any other.
  private func content(of answer: OTLPTransportResponse?) -> [UInt8]? {
    guard let answer, answer.body.count <= configuration.maximumResponseBytes else { return nil }
    let type = answer.headerFields[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
    guard type == nil || type == configuration.format.contentType else { return nil }
    guard let coding = answer.headerFields[.contentEncoding] else { return answer.body }
    guard coding.lowercased() == "gzip", configuration.compression == .gzip else { return nil }
    return try? Gzip.decompress(answer.body, limit: configuration.maximumResponseBytes)
  }

  /// What a 2xx answer says. One that cannot be read is no receiver's: whoever stands in its place has not kept the batch.
  private func accepted(
    _ answer: OTLPTransportResponse?,
    _ rejected: ([UInt8]) -> OTLPPartialSuccess?
  ) -> ExportResult {
    let isEmpty = answer?.body.isEmpty ?? true
    guard let partial = isEmpty ? OTLPPartialSuccess() : content(of: answer).flatMap(rejected) else {
      log(state.withLock { $0.outage.failed("status \(answer?.status ?? 0) with an answer that is not OTLP") })
      return .dropped
    }
    log(state.withLock { $0.outage.succeeded() })
    guard partial != OTLPPartialSuccess() else { return .delivered(rejected: 0) }
    logger.warning(
      "Export accepted with remarks",
      [Attribute(LogField.rejected, partial.rejected), Attribute(LogField.reason, partial.message)]
    )
    return .delivered(rejected: partial.rejected)
  }

  /// What a refusing receiver says: the message of its google.rpc.Status, never the raw bytes of the body.
  private func statusMessage(of answer: OTLPTransportResponse?) -> String {
    guard
      let body = content(of: answer),
      let status = configuration.format.decode(Google_Rpc_Status.self, from: body),
      !status.message.isEmpty
    else { return "" }
    return ": \(status.message)"
  }

  private func log(_ line: OutageLog.Line?) {
    switch line {
    case .outage(let reason):
      logger.warning(
        "Export fails",
        [Attribute(LogField.url, "\(configuration.url)"), Attribute(LogField.reason, reason)]
      )
    case .recovery:
      logger.info("Export works again", [Attribute(LogField.url, "\(configuration.url)")])
    case nil: break
    }
  }
}

/// What a receiver says of a request that it took (OTLP specification, "Partial Success").
struct OTLPPartialSuccess: Sendable, Hashable {
  /// Records that it refused for good.
  var rejected = 0
  /// Why, or a remark.
  var message = ""

  /// Nothing to say.
  init() {}

  /// What an answer says. Its count comes from outside: one below zero is none.
  init(rejected: Int64, message: String) {
    self.rejected = Int(clamping: max(rejected, 0))
    self.message = message
  }
}
