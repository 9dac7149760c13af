import Hummingbird
import Logging
import NIOPosix
import Payload
import Synchronization

/// What many users add first: something that sees every request.
struct CountingMiddleware<Context: RequestContext>: RouterMiddleware {
  func handle(
    _ request: Request,
    context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    requestCount.add(1, ordering: .relaxed)
    return try await next(request, context)
  }
}

let requestCount = Atomic(0)
let router = Router()
router.add(middleware: CountingMiddleware())
router.get("/plaintext") { _, _ in Routes.greeting }
router.get("/json") { request, _ in
  let die = DiePayload(identifier: request.uri.queryParameters["die"].map(String.init) ?? "fair")
  return Response(
    status: .ok,
    headers: [.contentType: "application/json"],
    body: ResponseBody(byteBuffer: ByteBuffer(bytes: die.json))
  )
}
router.get("/sleep") { request, _ in
  try await Task.sleep(for: .milliseconds(request.uri.queryParameters.get("ms", as: Int.self) ?? 0))
  return Routes.greeting
}
let blob = ByteBuffer(bytes: Routes.blob)
router.get("/blob") { _, _ in Response(status: .ok, body: ResponseBody(byteBuffer: blob)) }
router.post("/upload") { request, _ in
  var count = 0
  for try await piece in request.body { count += piece.readableBytes }
  return String(count)
}

var logger = Logger(label: "hummingbird-peer")
logger.logLevel = .error
let application = Application(
  router: router,
  configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: Routes.port), serverName: nil),
  eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
  logger: logger
)
try await application.runService()
