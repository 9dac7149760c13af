import ArgumentParser
import HTTPTypes
import LoopHTTP
import Reporting
import ServiceCore

/// `dice healthcheck URL`
struct HealthcheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Exits with 0 when a URL answers 2xx, else with 1."
  )
  @Argument(help: "The URL, such as http://localhost:8106/readyz.")
  var url: String
  // Less than the three seconds that docker/compose.yaml allows: whoever is killed says no reason.
  @Option(help: "How long to wait for the answer (HEALTHCHECK_TIMEOUT; default 2s).", transform: Seconds.read)
  var timeout: Seconds?

  private func limit() throws -> Seconds {
    let limit = try Setting.value(timeout, "HEALTHCHECK_TIMEOUT") ?? Seconds(2)
    guard limit.value > 0 else {
      throw ValidationError("The value '0' is invalid for '--timeout': it must be above 0.")
    }
    return limit
  }

  func validate() throws {
    _ = try limit()
    guard (try? ClientURL(url)) != nil else {
      throw ValidationError("'\(url)' is no http URL, such as http://localhost:8106/readyz (https is not spoken here).")
    }
  }

  func run() async throws {
    let group = try EventLoopGroup.start(loopCount: 1)
    let client = HTTPClient(group: group)
    var request = ClientRequest(.get, try ClientURL(url))
    let limit = try limit()
    request.timeout = .seconds(limit.value)
    let result: Result<Int, ClientError>
    do throws(ClientError) {
      result = .success(try await client.execute(request).statusCode)
    } catch {
      result = .failure(error)
    }
    await client.shutdown()
    switch result {
    case .success(200..<300): break
    case .success(let status): throw RunFailure(description: "\(url) answered \(status)")
    case .failure(.timedOut): throw RunFailure(description: "\(url): no answer within \(limit.value.durationText)")
    case .failure(let error): throw RunFailure(description: "\(url): \(error)")
    }
  }
}
