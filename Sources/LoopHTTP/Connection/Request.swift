public import HTTPTypes

/// A request as a handler sees it. Text is made from the received bytes when it is asked for.
public struct Request: Sendable {
  /// What a middleware adds goes into a copy: the connection has its own, which the next request finds as it was.
  private var contents: CopyOnWrite<RequestContents>
  let connection: Connection

  init(_ contents: CopyOnWrite<RequestContents>, on connection: Connection) {
    self.contents = contents
    self.connection = connection
  }

  private var head: MessageHead {
    @inline(__always)
    _read { yield contents.value.head }
  }

  var endpointIndex: RouteTable.EndpointIndex { contents.value.endpoint }

  private var endpoint: Endpoint { connection.context.routes.endpoints[endpointIndex] }

  /// Values of the route's `{parameter}` segments.
  public var parameters: RouteParameters { contents.value.parameters }

  /// The loop that owns the connection; the handler runs on it, and sleeps with `loop.sleep(for:)`.
  public var loop: EventLoop { connection.loop }

  /// The template of the matched route, such as `/traces/{id}`; nil where none matched. Safe as a metric's label.
  public var routeTemplate: String? { endpoint.template }

  /// The method; one that is not registered keeps its text.
  public var method: HTTPRequest.Method {
    head.methodID.method ?? HTTPRequest.Method(text(head.method)) ?? .get
  }

  /// The target's path as sent, percent-encoded.
  public var path: String { head.path.isEmpty ? "/" : text(head.path) }

  /// What follows the first `?`, as sent; nil where nothing does.
  public var query: String? { head.query.isEmpty ? nil : text(head.query) }

  /// The host and port the client asked for: of an absolute-form target, else the `Host` field (RFC 9112 §3.2.2).
  public var authority: String? {
    head.authority.isEmpty ? head.first(.host).map { text($0.value) } : text(head.authority)
  }

  /// 1.0 or 1.1.
  public var httpVersion: String { head.minorVersion == 0 ? "1.0" : "1.1" }

  /// The other end of the connection; nil where it had gone before it could be asked.
  public var remoteAddress: SocketAddress? { connection.remoteAddress }

  /// This end of the connection.
  public var localAddress: SocketAddress? { connection.localAddress }

  /// Whether the server has given the request up, as it does when the time of its drain is over or its handler's, or for some routes
  /// when it begins to drain; to tell that cancellation from a client that left.
  public var isAborted: Bool { connection.abortion != .none }

  /// Whether that was because the `handlerTimeout` is over: whatever the handler still makes of it, its client gets 503.
  public var hasTimedOut: Bool { connection.abortion == .handlerTimeout }

  /// A value that a middleware hands on with the request that it gives to `next`; nil where none has.
  public subscript<Key: RequestKey>(_ key: Key.Type) -> Key.Value? {
    get { contents.value.values[ObjectIdentifier(key)] as? Key.Value }
    set { contents.value.values[ObjectIdentifier(key)] = newValue }
  }

  /// The content; empty for requests without.
  public var body: RequestBody { RequestBody(connection: connection, exchange: contents.value.exchangeNumber) }

  /// The fields that came behind a chunked body, once `body` has been read to its end; empty before, where none came, and
  /// once the request has been answered. They stay apart from `headerFields`, and those that would change how the request was
  /// framed, routed, authorised or read are left out (RFC 9110 §6.5.1). Built anew at each call.
  public var trailerFields: HTTPFields {
    get async {
      let trailers = try? await loop.withVisitor(orThrow: RequestBodyError.exchangeEnded) {
        () async throws(RequestBodyError) in
        await connection.trailers(of: contents.value.exchangeNumber)
      }
      return trailers?.allowedFields ?? HTTPFields()
    }
  }

  /// The parameters of the query in their order, decoded: `+` is a space, bytes that are not UTF-8 become U+FFFD.
  public var queryItems: [(name: String, value: String)] {
    var scanner = QueryScanner(head.query)
    var items: [(String, String)] = []
    let bytes = head.bytes.span
    while let item = scanner.next(bytes) {
      items.append((QueryScanner.text(item.name, in: bytes), QueryScanner.text(item.value, in: bytes)))
    }
    return items
  }

  /// The decoded value of the query's last parameter called `name`; nil without one.
  public func queryValue(_ name: String) -> String? {
    guard !head.query.isEmpty else { return nil }
    var scanner = QueryScanner(head.query)
    var value: ByteRange?
    let bytes = head.bytes
    while let item = scanner.next(bytes.span) {
      if QueryScanner.isText(item.name, name, in: bytes.span) { value = item.value }
    }
    return value.map { QueryScanner.text($0, in: bytes.span) }
  }

  /// The same as a number or the like; nil also where it is none.
  public func queryValue<Value: LosslessStringConvertible>(_ name: String, as type: Value.Type) -> Value? {
    queryValue(name).flatMap { Value($0) }
  }

  /// The value of the first field called `name`; nil without one.
  public func header(_ name: HTTPField.Name) -> String? {
    guard head.mayHold(name.canonicalName) else { return nil }
    let bytes = head.bytes.span
    for field in head.fields where matches(field, name.canonicalName, bytes) {
      return text(field.value)
    }
    return nil
  }

  /// The values of all fields called `name`, in their order.
  public func headerValues(_ name: HTTPField.Name) -> [String] {
    guard head.mayHold(name.canonicalName) else { return [] }
    let bytes = head.bytes.span
    return head.fields.compactMap { matches($0, name.canonicalName, bytes) ? text($0.value) : nil }
  }

  /// All fields as the currency type of swift-http-types, built anew at each call.
  public var headerFields: HTTPFields {
    var fields = HTTPFields()
    fields.reserveCapacity(head.fields.count)
    for field in head.fields {
      guard let name = HTTPField.Name(text(field.name)) else { continue }
      fields.append(HTTPField(name: name, value: text(field.value)))
    }
    return fields
  }

  private func matches(_ field: FieldSlice, _ name: String, _ bytes: borrowing Span<UInt8>) -> Bool {
    guard Int(field.name.count) == name.utf8.count else { return false }
    return ByteClass.matches(bytes.extracting(field.name.bounds), name)
  }

  private func text(_ range: ByteRange) -> String {
    String(decoding: head.bytes[range.bounds], as: UTF8.self)
  }
}

/// What has come of a request and where it led to.
struct RequestContents: Sendable {
  var head = MessageHead()
  var endpoint: RouteTable.EndpointIndex = 0
  /// Which of its connection's exchanges this is.
  var exchangeNumber: UInt64 = 0
  var parameters = RouteParameters()
  /// By their keys' types.
  var values: [ObjectIdentifier: any Sendable] = [:]

  /// Looks up where the head leads to; it begins the exchange of that number.
  mutating func findRoute(in routes: RouteTable, exchange: UInt64) {
    let found = routes.match(
      head.bytes.span,
      path: head.path.bounds,
      method: head.method.bounds,
      head.methodID
    )
    endpoint = found.endpoint
    exchangeNumber = exchange
    parameters = found.parameters
  }
}
