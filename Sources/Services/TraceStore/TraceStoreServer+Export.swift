import HTTPTypes
import LoopHTTP
import OTLPMessages
import SwiftProtobuf
import Synchronization
import Telemetry

/// Receiving spans (OTLP specification, "OTLP/HTTP").
extension TraceStoreServer {
  /// That of the other signals has the same form, but for the name of the count.
  typealias Answer = Opentelemetry_Proto_Collector_Trace_V1_ExportTraceServiceResponse

  /// Answers an export. Suspends while the body comes, and while it is decoded outside of the loops.
  func export(_ request: Request) async throws -> Response {
    guard let format = OTLPFormat(contentType: request.header(.contentType)) else {
      return unsupportedType
    }
    var body = Body()
    defer { waitingBytes.subtract(body.bytes.count, ordering: .relaxed) }
    do {
      try await receive(request, into: &body)
      return answer(rejected: try await receiving.run { [body] in try self.keep(body, format) }, format)
    } catch let error as HTTPError {
      var response = failure(error.status, error.detail, format)
      if error.status == .tooManyRequests { response.append(.retryAfter, "1") }
      // The rest of the body may be more than is worth reading; who is told so does not send the next request behind it.
      response.closesConnection = [.tooManyRequests, .contentTooLarge].contains(error.status)
      return response
    }
  }

  /// A body as it came, and whether it is compressed.
  private struct Body: Sendable {
    var bytes: [UInt8] = []
    var isCompressed = false
  }

  /// Counts what comes as it comes: a sender who is slow holds no more than it has sent.
  private func receive(_ request: Request, into body: inout Body) async throws {
    let coding = request.header(.contentEncoding)?.lowercased() ?? ""
    guard ["", "identity", "gzip"].contains(coding) else {
      throw HTTPError(.unsupportedMediaType, "Content-Encoding must be gzip or none")
    }
    if let length = request.header(.contentLength).flatMap({ Int($0) }), length > limits.body { throw tooLarge }
    body.isCompressed = coding == "gzip"
    for try await piece in request.body {
      guard body.bytes.count + piece.count <= limits.body else { throw tooLarge }
      guard waitingBytes.add(piece.count, ordering: .relaxed).newValue <= limits.waiting else {
        waitingBytes.subtract(piece.count, ordering: .relaxed)
        throw HTTPError(.tooManyRequests, "Too many exports are in work")
      }
      body.bytes += piece
    }
  }

  private func decompressed(_ body: Body) throws -> [UInt8] {
    guard body.isCompressed else { return body.bytes }
    do throws(Gzip.DecompressionError) {
      return try Gzip.decompress(body.bytes, limit: limits.body)
    } catch .malformed {
      throw HTTPError(.badRequest, "The body is no complete gzip stream")
    } catch .tooLarge {
      throw tooLarge
    }
  }

  /// In JSON, because what the sender reads is not known.
  var unsupportedType: Response {
    failure(.unsupportedMediaType, "Content-Type must be application/x-protobuf or application/json", .json)
  }

  var tooLarge: HTTPError {
    HTTPError(.contentTooLarge, "The body is larger than \(limits.body) bytes, compressed or not")
  }

  /// Stores an export; returns what was not taken and why.
  private func keep(_ body: Body, _ format: OTLPFormat) throws -> Rejection {
    let bytes = try decompressed(body)
    let messages = MessageCount.of(bytes, format)
    if let messages, messages > limits.messages {
      throw HTTPError(.contentTooLarge, "The export has more than \(limits.messages) messages")
    }
    guard messages != nil, let request = format.decode(SpansOfTrace.Request.self, from: bytes) else {
      throw HTTPError(.badRequest, "The body is no ExportTraceServiceRequest")
    }
    let export = ExportByTrace(request, format)
    let overLimit = export.forEach(upTo: limits.storage) { spans in storage.withLock { $0.add(spans) } }
    return Rejection(withoutID: export.withoutID, overLimit: overLimit)
  }

  private struct Rejection: Sendable {
    let withoutID: Int
    let overLimit: Int
  }

  private func answer(rejected: Rejection, _ format: OTLPFormat) -> Response {
    var answer = Answer()
    var reasons: [String] = []
    if rejected.withoutID > 0 { reasons.append("\(rejected.withoutID) spans without a valid trace id and span id") }
    if rejected.overLimit > 0 { reasons.append("\(rejected.overLimit) spans beyond the size of a trace or an export") }
    if !reasons.isEmpty {
      answer.partialSuccess.rejectedSpans = Int64(rejected.withoutID + rejected.overLimit)
      answer.partialSuccess.errorMessage = reasons.joined(separator: ", ")
    }
    return response(.ok, answer, format)
  }

  func failure(_ status: HTTPResponse.Status, _ message: String, _ format: OTLPFormat) -> Response {
    response(status, Google_Rpc_Status.with { $0.message = message }, format)
  }

  func response(_ status: HTTPResponse.Status, _ message: some Message, _ format: OTLPFormat) -> Response {
    Response(
      status: status,
      contentType: MediaType(format.contentType),
      body: .bytes(format.encode(message) ?? [])
    )
  }
}

extension OTLPFormat {
  /// The encoding that a Content-Type names; parameters such as `charset` do not matter.
  init?(contentType: String?) {
    let essence = (contentType ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
    switch essence {
    case OTLPFormat.protobuf.contentType: self = .protobuf
    case OTLPFormat.json.contentType: self = .json
    default: return nil
    }
  }
}
