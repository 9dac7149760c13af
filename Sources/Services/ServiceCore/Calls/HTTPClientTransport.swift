public import HTTPTypes
public import LoopHTTP
public import Telemetry

/// Brings exports to their receiver through a client of the event loops. Not traced.
public struct HTTPClientTransport: OTLPTransport {
  private let client: HTTPClient

  /// Posts through `client`.
  public init(client: HTTPClient) {
    self.client = client
  }

  /// See `OTLPTransport`.
  public func post(
    _ body: [UInt8],
    to url: String,
    headerFields: HTTPFields,
    within limit: Duration,
    maximumResponseBytes: Int
  ) async throws(OTLPTransportError) -> OTLPTransportResponse {
    do throws(ClientError) {
      var request = ClientRequest(.post, try ClientURL(url))
      request.headerFields = Array(headerFields)
      request.body = body
      request.timeout = limit
      request.responseBodyLimit = maximumResponseBytes
      let response = try await client.execute(request)
      return OTLPTransportResponse(
        status: response.statusCode,
        headerFields: response.headerFields,
        body: response.body
      )
    } catch {
      throw OTLPTransportError(error)
    }
  }
}

extension OTLPTransportError {
  fileprivate init(_ error: ClientError) {
    self =
      switch error {
      case .invalidURL, .unsupportedScheme, .invalidRequest, .bodyEnded, .bodyLengthMismatch: .invalidURL
      case .nameNotResolved, .connectionRefused, .connectionFailed, .poolExhausted, .shutDown,
        .timedOut(.connectionFromPool), .timedOut(.connect):
        .unreachable(reason: "\(error)")
      case .connectionClosed: .disconnected
      case .timedOut(.response): .timedOut
      case .malformedResponse, .bodyTooLarge: .malformedResponse
      case .cancelled: .cancelled
      }
  }
}
