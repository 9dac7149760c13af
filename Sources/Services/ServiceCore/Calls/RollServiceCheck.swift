import HTTPTypes
public import LoopHTTP

/// Whether a service that rolls dice is where a tool was told to find it.
public enum RollServiceCheck {
  /// What is wrong with the address.
  public enum Fault: Error, Sendable {
    /// Nobody answered.
    case unreachable(ClientError)
    /// Somebody answered who describes no `/roll` and `/roll-async`.
    case noRollService
  }

  /// Suspends for one request, which is no roll and appears in no count of rolls.
  public static func find(_ url: ServiceURL, _ client: HTTPClient) async throws(Fault) {
    var request = ClientRequest(.get, url.appending("/openapi.json"))
    request.timeout = .seconds(5)
    let response: ClientResponse
    do throws(ClientError) {
      response = try await client.execute(request)
    } catch {
      throw .unreachable(error)
    }
    guard response.statusCode == 200, let document = try? JSONParser.parse(response.body),
      let paths = document["paths"], paths["/roll"] != nil, paths["/roll-async"] != nil
    else { throw .noRollService }
  }
}
