import HTTPTypes
import LoopHTTP
import ServiceCore
import Telemetry

/// Passes calls on, so that an outside validator of W3C Trace Context can see what becomes of its headers: the interface
/// is that of w3c/trace-context's test harness.
struct RelayService: ServiceDefinition {
  let name = "trace-relay"
  let title = "Trace relay"
  let version = "1.0.0"

  func routes(_ tools: ServiceTools) -> [ServiceRoute] {
    let answers: [APIOperation.Answer] = [
      APIOperation.Answer(200, "All calls were made"), .detail(400, "The body is no list of calls"),
      .detail(502, "A call got no answer"),
    ]
    return [
      ServiceRoute("/relay", APIOperation("Posts each call of the list", answers: answers), method: .post) { request in
        let items = (try? JSONParser.parse(try await request.body.collect()))?.items
        let calls = items?.compactMap(RelayedCall.init)
        guard let calls, calls.count == items?.count else {
          throw HTTPError(.badRequest, "The body is no list of objects with url and arguments")
        }
        for call in calls { try await call.post(through: tools.client) }
        return .json(["calls": .number(String(calls.count))])
      }
    ]
  }
}

/// One call of the list: where to post, and what.
private struct RelayedCall: Sendable {
  let url: ClientURL
  let arguments: JSONValue

  init?(_ value: JSONValue) {
    guard
      let text = value["url"]?.text, let url = try? ClientURL(text),
      let arguments = value["arguments"]
    else { return nil }
    self.url = url
    self.arguments = arguments
  }

  func post(through client: TracedClient) async throws {
    var request = ClientRequest(.post, url)
    request.append(.contentType, "application/json")
    request.body = arguments.bytes
    do throws(ClientError) {
      _ = try await client.send(request)
    } catch {
      throw HTTPError(.badGateway, "\(url): \(error)")
    }
  }
}
