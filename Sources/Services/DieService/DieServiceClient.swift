import HTTPTypes
import LoopHTTP
public import ServiceCore
import Telemetry

/// Asks a die-service.
public struct DieServiceClient: Sendable {
  /// Why there is no specification.
  public enum Failure: Error, Hashable, Sendable {
    /// It knows no such die.
    case unknownDie
    /// It cannot be reached.
    case unavailable
    /// It gave no answer in time.
    case timedOut
    /// It answered another error.
    case answered(status: Int)
    /// What it answered makes no sense.
    case malformed
    /// The caller no longer wants it.
    case cancelled
  }

  private let client: TracedClient
  private let base: ServiceURL
  private let timeout: Duration

  /// Asks the service at `base`, each time for at most `timeout`.
  public init(_ client: TracedClient, base: ServiceURL, timeout: Duration = .seconds(2)) {
    self.client = client
    self.base = base
    self.timeout = timeout
  }

  /// The die of that name.
  public func specification(of identifier: String) async throws(Failure) -> DieSpecification {
    let response = try await get(
      "/dice?identifier=\(identifier.queryEncoded)",
      [Attribute(.dieServiceIdentifier, identifier)]
    )
    guard let json = try? JSONParser.parse(response.body), let specification = json["specification"],
      let die = try? DieSpecification(specification)
    else { throw .malformed }
    return die
  }

  /// The names of all dice.
  public func identifiers() async throws(Failure) -> [String] {
    let response = try await get("/dice", [])
    guard let json = try? JSONParser.parse(response.body), let items = json["identifiers"]?.items else {
      throw .malformed
    }
    return items.compactMap(\.text)
  }

  private func get(_ target: String, _ attributes: [Attribute]) async throws(Failure) -> ClientResponse {
    let response: ClientResponse
    do throws(ClientError) {
      response = try await client.get(base.appending(target), timeout: timeout, attributes: attributes)
    } catch {
      throw Failure(error)
    }
    switch response.statusCode {
    case 200: return response
    case 404: throw .unknownDie
    default: throw .answered(status: response.statusCode)
    }
  }
}

extension DieServiceClient.Failure {
  fileprivate init(_ error: ClientError) {
    self =
      switch error {
      case .timedOut: .timedOut
      case .malformedResponse, .bodyTooLarge: .malformed
      case .cancelled: .cancelled
      case .invalidURL, .unsupportedScheme, .invalidRequest, .nameNotResolved, .connectionRefused, .connectionFailed,
        .connectionClosed, .poolExhausted, .shutDown:
        .unavailable
      }
  }
}
