import HTTPTypes
public import LoopHTTP
public import ServiceCore
import Telemetry

/// Asks a die-service.
public struct DieServiceClient: Sendable {
  /// Why there is no specification.
  public enum Failure: Error, Hashable, Sendable {
    /// It knows no such die (404), or reads no name of that length (414), which is none of a die that it knows.
    case unknownDie(String, status: Int)
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

  /// The die of that name; throws `unknownDie` where there is none.
  public func specification(of identifier: String) async throws(Failure) -> DieSpecification {
    let response = try await get(
      "/dice?identifier=\(identifier.queryEncoded)",
      [Attribute(.dieServiceIdentifier, identifier)]
    )
    switch response.statusCode {
    case 200: break
    case 404, 414: throw .unknownDie(identifier, status: response.statusCode)
    default: throw .answered(status: response.statusCode)
    }
    guard let json = try? JSONParser.parse(response.body), let specification = json["specification"],
      let die = try? DieSpecification(specification)
    else { throw .malformed }
    return die
  }

  /// The names of all dice.
  public func list() async throws(Failure) -> DieList {
    let response = try await get("/dice", [])
    guard response.statusCode == 200 else { throw .answered(status: response.statusCode) }
    guard let json = try? JSONParser.parse(response.body), let list = DieList(json) else { throw .malformed }
    return list
  }

  private func get(_ target: String, _ attributes: [Attribute]) async throws(Failure) -> ClientResponse {
    do throws(ClientError) {
      return try await client.get(base.appending(target), timeout: timeout, attributes: attributes)
    } catch {
      throw Failure(CallFailure(error))
    }
  }
}

extension DieServiceClient.Failure {
  /// What a service that asked for a request answers it.
  public var httpError: HTTPError {
    switch self {
    case .unknownDie(let name, status: _): HTTPError(.notFound, "Die '\(name)' not found")
    case .answered(let status): HTTPError(.badGateway, "Die service answered with status \(status)")
    case .timedOut: HTTPError(CallFailure.timedOut.status, "Die service did not answer in time")
    case .unavailable, .cancelled: HTTPError(CallFailure.unavailable.status, "Die service unavailable")
    case .malformed: HTTPError(CallFailure.malformed.status, "Die service gave an answer that makes no sense")
    }
  }

  fileprivate init(_ failure: CallFailure) {
    self =
      switch failure {
      case .unavailable: .unavailable
      case .timedOut: .timedOut
      case .malformed: .malformed
      case .cancelled: .cancelled
      }
  }
}
