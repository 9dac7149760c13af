import FoundationEssentials
import HTTPTypes
import LoopHTTP
import Synchronization
import Telemetry

/// Reading traces (Grafana Tempo's HTTP API).
extension TraceStoreServer {
  /// Answers for one trace: protobuf where `Accept` names it, else JSON.
  func trace(_ request: Request, _ version: TraceDocument.Version) -> Response {
    guard let id = TraceID(query: request.parameters["id"] ?? "") else {
      return Response("The trace id is not of 1 to 32 hexadecimal digits\n", status: .badRequest)
    }
    guard let trace = storage.withLock({ $0[id] }), let document = TraceDocument(trace) else {
      return Response("The trace is not here\n", status: .notFound)
    }
    if request.headerValues(.accept).contains(where: { $0.contains("application/protobuf") }) {
      return Response(contentType: "application/protobuf", body: .bytes(document.protobuf(version)))
    }
    return Response(contentType: .json, body: .bytes(document.json(version)))
  }

  /// Answers a search, newest traces first. It lets the loop go on between two traces that it has to decode.
  func search(_ request: Request) async -> Response {
    let search: TraceSearch
    do throws(TraceQueryParser.Fault) {
      search = try TraceSearch(request.queryItems)
    } catch {
      return Response(error.message + "\n", status: .badRequest)
    }
    var answer = SearchAnswer()
    for id in storage.withLock({ $0.newestFirst }) {
      guard answer.traces.count < search.limit else { break }
      answer.metrics.inspectedTraces += 1
      guard let trace = storage.withLock({ $0[id] }), search.admits(trace.summary) else { continue }
      guard !search.filters.isEmpty else {
        answer.traces.append(SearchAnswer.Trace(id, trace.summary, nil))
        continue
      }
      if let document = TraceDocument(trace), let spans = search.spanSet(in: document, trace.summary) {
        answer.traces.append(SearchAnswer.Trace(id, trace.summary, spans))
      }
      await Task.yield()
    }
    guard let body = try? JSONEncoder().encode(answer) else { return Response(status: .internalServerError) }
    return Response(contentType: .json, body: .bytes(Array(body)))
  }
}

extension TraceID {
  /// An id as Tempo takes it in paths: either case, leading zeros may be missing.
  init?(query text: String) {
    guard (1...32).contains(text.utf8.count) else { return nil }
    self.init(String(repeating: "0", count: 32 - text.utf8.count) + text.lowercased())
  }
}
