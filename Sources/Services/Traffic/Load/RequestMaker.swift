import HTTPTypes
import LoopHTTP
import ServiceCore

/// Makes a planned request into one that can be sent.
struct RequestMaker: Sendable {
  /// What simulated users ask for; nil where the target is one URL.
  let mix: DiceMix?
  private let target: TrafficSettings.Target

  init(_ target: TrafficSettings.Target) {
    self.target = target
    switch target {
    case .dice(_, let mix): self.mix = mix
    case .url: mix = nil
    }
  }

  /// A server that has not answered by then does not answer: the frontend's own limit is 10 s.
  private static let timeout = Duration.seconds(15)

  func request(_ planned: PlannedRequest) -> ClientRequest {
    var request =
      switch target {
      case .dice(let url, _): ClientRequest(.get, url.appending(planned.dice?.target ?? "/"))
      case .url(let url): ClientRequest(.get, url)
      }
    request.timeout = Self.timeout
    // A request that is quietly sent twice would be one here and two at the server.
    request.isResentByClient = false
    return request
  }
}
