import NIOCore
import NIOHTTP1
import NIOPosix
import Payload

/// The routes as a plain channel handler: SwiftNIO at its lowest level, without a framework.
final class RouteHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private static let greeting = ByteBuffer(string: Routes.greeting)
  private static let blob = ByteBuffer(bytes: Routes.blob)

  private var head: HTTPRequestHead?
  private var bodyCount = 0

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      bodyCount = 0
    case .body(let piece): bodyCount += piece.readableBytes
    case .end: if let head { respond(to: head, context) }
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.flush()
  }

  private func respond(to head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let (path, query) = Self.split(head.uri)
    switch (head.method, path) {
    case (.GET, "/plaintext"): write(Self.greeting, type: "text/plain; charset=utf-8", context)
    case (.GET, "/json"):
      let die = DiePayload(identifier: Self.value(of: "die", in: query) ?? "fair")
      write(context.channel.allocator.buffer(bytes: die.json), type: "application/json", context)
    case (.GET, "/sleep"):
      let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .milliseconds(Int64(Self.value(of: "ms", in: query) ?? "") ?? 0)) {
        let (handler, context) = bound.value
        handler.write(Self.greeting, type: "text/plain; charset=utf-8", context)
        context.flush()
      }
    case (.GET, "/blob"): write(Self.blob, type: "application/octet-stream", context)
    case (.POST, "/upload"): write(ByteBuffer(string: String(bodyCount)), type: "text/plain; charset=utf-8", context)
    default: write(ByteBuffer(string: "Not Found\n"), type: "text/plain; charset=utf-8", status: .notFound, context)
    }
  }

  private func write(
    _ body: ByteBuffer,
    type: String,
    status: HTTPResponseStatus = .ok,
    _ context: ChannelHandlerContext
  ) {
    var headers = HTTPHeaders()
    headers.add(name: "Date", value: HTTPDateCache.shared.current)
    headers.add(name: "Content-Type", value: type)
    headers.add(name: "Content-Length", value: String(body.readableBytes))
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.write(wrapOutboundOut(.end(nil)), promise: nil)
  }

  private static func split(_ uri: String) -> (path: Substring, query: Substring) {
    guard let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (uri[...], "") }
    return (uri[..<mark], uri[uri.utf8.index(after: mark)...])
  }

  private static func value(of name: String, in query: Substring) -> String? {
    let pair = query.split(separator: "&").first { $0.hasPrefix(name + "=") }
    return pair.map { String($0.dropFirst(name.count + 1)) }
  }
}

let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
let channel = try await ServerBootstrap(group: group)
  .serverChannelOption(.backlog, value: 1024)
  .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
  .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
  .childChannelInitializer { channel in
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: true)
      try channel.pipeline.syncOperations.addHandler(RouteHandler())
    }
  }
  .bind(host: "127.0.0.1", port: Routes.port)
  .get()
try await channel.closeFuture.get()
