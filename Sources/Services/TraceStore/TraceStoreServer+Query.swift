import FoundationEssentials
import HTTPTypes
import LoopHTTP
import Synchronization
import Telemetry

/// Reading traces (Grafana Tempo's HTTP API).
extension TraceStoreServer {
  /// Answers for one trace: protobuf where `Accept` names it, else JSON.
  func trace(_ request: Request, _ version: TraceDocument.Version) async -> Response {
    guard let id = TraceID(shortened: request.parameters["id"] ?? "") else {
      return Response("The trace id is not of 1 to 32 hexadecimal digits\n", status: .badRequest)
    }
    let asProtobuf = request.headerValues(.accept).contains { $0.contains("application/protobuf") }
    let body = await reading.run { () -> [UInt8]? in
      let document = self.storage.withLock { $0[id] }.flatMap(TraceDocument.init)
      return asProtobuf ? document?.protobuf(version) : document?.json(version)
    }
    guard let body else { return Response("The trace is not here\n", status: .notFound) }
    return Response(contentType: asProtobuf ? "application/protobuf" : .json, body: .bytes(body))
  }

  /// Answers a search, newest traces first.
  func search(_ request: Request) async -> Response {
    let search: TraceSearch
    do throws(TraceQueryParser.Fault) {
      search = try TraceSearch(request.queryItems)
    } catch {
      return Response(error.message + "\n", status: .badRequest)
    }
    var answer = SearchAnswer()
    for id in storage.withLock({ $0.newestFirst }) {
      guard answer.traces.count < search.limit, !Task.isCancelled else { break }
      answer.metrics.inspectedTraces += 1
      guard let trace = storage.withLock({ $0[id] }), search.admits(trace.summary) else { continue }
      guard !search.filters.isEmpty else {
        answer.traces.append(SearchAnswer.Trace(id, trace.summary, nil))
        continue
      }
      // One trace at a time, so that a long search lets others in between.
      let spans = await reading.run { TraceDocument(trace).flatMap { search.spanSet(in: $0, trace.summary) } }
      if let spans { answer.traces.append(SearchAnswer.Trace(id, trace.summary, spans)) }
    }
    guard let body = try? JSONEncoder().encode(answer) else { return Response(status: .internalServerError) }
    return Response(contentType: .json, body: .bytes(Array(body)))
  }
}
