import LoopHTTP
import Payload

var router = Router()
router.get("/plaintext") { _ in Response(Routes.greeting) }
router.get("/json") { request in
  let die = DiePayload(identifier: request.queryValue("die") ?? "fair")
  return Response(contentType: .json, body: .bytes(die.json))
}
router.get("/sleep") { request in
  try await request.loop.sleep(for: .milliseconds(Int(request.queryValue("ms") ?? "") ?? 0))
  return Response(Routes.greeting)
}
router.get("/blob") { _ in Response(body: .bytes(Routes.blob)) }
router.post("/upload", options: RouteOptions(bodyLimit: Routes.largestUpload)) { request in
  var count = 0
  for try await piece in request.body { count += piece.count }
  return Response(String(count))
}

let group = try EventLoopGroup(loopCount: Routes.loops)
let server = try HTTPServer(
  router: router,
  middleware: [CountingMiddleware(group: group)],
  configuration: ServerConfiguration(port: UInt16(Routes.port)),
  group: group
)
try await server.run()
