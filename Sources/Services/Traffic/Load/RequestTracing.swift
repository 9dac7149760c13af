import DiceRoller
import HTTPTypes
import LoopHTTP
import ServiceCore
import Telemetry
import Tracing

/// The root span of each request, which the services' spans hang under.
struct RequestTracing: Sendable {
  let tracer: OTelTracer

  /// Starts the span and adds the headers that carry it.
  func start(_ planned: PlannedRequest, _ request: inout ClientRequest) -> OTelSpan {
    let name =
      switch planned.dice {
      case nil: "simulated_request"
      case .some(let dice): dice.batchSize == nil ? "simulated_user_sync_request" : "simulated_user_async_request"
      }
    let span = HTTPClientSpan.start(
      tracer,
      name: name,
      in: .topLevel,
      method: request.method.rawValue,
      url: request.url,
      headerFields: &request.headerFields
    )
    if span.isRecording { span.setAttributes(attributes(planned)) }
    return span
  }

  private func attributes(_ planned: PlannedRequest) -> [Attribute] {
    var attributes = [Attribute(.userID, planned.userID), Attribute(.requestNumber, planned.number)]
    guard let dice = planned.dice else { return attributes }
    attributes += [Attribute(.dieType, dice.die), Attribute(.asyncEnabled, dice.batchSize != nil)]
    if let size = dice.batchSize { attributes.append(Attribute(.asyncBatchSize, size)) }
    return attributes
  }

  func end(_ span: OTelSpan, _ planned: PlannedRequest, _ response: ClientResponse) {
    guard span.isRecording else { return }
    span.setAttribute(.requestStatus, .string(response.statusCode < 400 ? "success" : "error"))
    if let dice = planned.dice, response.statusCode == 200, let answer = try? JSONParser.parse(response.body) {
      if dice.batchSize == nil {
        if let roll = RollAnswer(answer)?.roll { span.setAttribute(.rollValue, .int(Int64(roll))) }
      } else {
        if let total = BatchAnswer(answer)?.total { span.setAttribute(.asyncTotalResult, .int(Int64(total))) }
      }
    }
    let address = response.remoteAddress
    HTTPClientSpan.end(
      span,
      .answered(status: response.statusCode),
      peerAddress: address?.ip,
      peerPort: address.map { Int($0.port) }
    )
  }

  func end(_ span: OTelSpan, _ error: ClientError) {
    guard error != .cancelled else {
      HTTPClientSpan.end(span, .cancelled)
      return
    }
    span.setAttribute(.requestStatus, .string(error.spanFailure == .timeout ? "timeout" : "connection_error"))
    HTTPClientSpan.end(span, .failed(error.spanFailure))
  }
}
