import ArgumentParser
import HTTPTypes
import LoopHTTP
import ServiceCore

/// `dice healthcheck URL`
struct HealthcheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "healthcheck",
    abstract: "Exits with 0 when a URL answers 2xx, else with 1."
  )
  @Argument(help: "The URL, such as http://localhost:8106/readyz.")
  var url: String

  func validate() throws {
    guard (try? ClientURL(url)) != nil else {
      throw ValidationError("'\(url)' is no http URL, such as http://localhost:8106/readyz (https is not spoken here).")
    }
  }

  func run() async throws {
    let group = try EventLoopGroup.start(loopCount: 1)
    let client = HTTPClient(group: group)
    var request = ClientRequest(.get, try ClientURL(url))
    request.timeout = .seconds(5)
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
    case .failure(let error): throw RunFailure(description: "\(url): \(error)")
    }
  }
}
