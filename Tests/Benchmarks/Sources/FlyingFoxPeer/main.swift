import FlyingFox
import Foundation
import Payload

let text = HTTPHeaders([.contentType: "text/plain; charset=utf-8"])
let json = HTTPHeaders([.contentType: "application/json"])

let server = try HTTPServer(address: .inet(ip4: "127.0.0.1", port: UInt16(Routes.port)))
await server.appendRoute("GET /plaintext") { _ in
  HTTPResponse(statusCode: .ok, headers: text, body: Data(Routes.greeting.utf8))
}
await server.appendRoute("GET /json") { request in
  let die = DiePayload(identifier: request.query["die"] ?? "fair")
  return HTTPResponse(statusCode: .ok, headers: json, body: Data(die.json))
}
await server.appendRoute("GET /sleep") { request in
  try await Task.sleep(for: .milliseconds(request.query["ms"].flatMap { Int($0) } ?? 0))
  return HTTPResponse(statusCode: .ok, headers: text, body: Data(Routes.greeting.utf8))
}
let blob = Data(Routes.blob)
await server.appendRoute("GET /blob") { _ in HTTPResponse(statusCode: .ok, body: blob) }
await server.appendRoute("POST /upload") { request in
  var count = 0
  for try await piece in request.bodySequence { count += piece.count }
  return HTTPResponse(statusCode: .ok, headers: text, body: Data(String(count).utf8))
}
try await server.run()
