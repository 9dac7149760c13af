/// A connection's incoming side: the parser, what it last completed, and the exchange that this began. Pure.
struct RequestReader {
  /// Shared with the request that a handler gets; memory is used again once that is gone.
  var contents = CopyOnWrite(RequestContents())
  var parser: MessageParser
  /// The exchange in work or just ended; nil before the first.
  var exchange: ExchangeState?
  /// Counted at the end of each, so that whoever kept an earlier request does not take this one for it.
  private(set) var exchangeNumber: UInt64 = 0

  /// How far the handler has gone with the request's body.
  var bodyUse = BodyUse.untouched

  enum BodyUse {
    case untouched, begun
    /// Somebody waits for bytes.
    case waiting
  }

  init(limits: WireLimits) {
    parser = MessageParser(role: .request, limits: limits)
  }

  /// The next step over the bytes that wait.
  mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> MessageParser.Step {
    try parser.next(bytes, head: &contents.value.head)
  }

  /// Takes up the head that has just come: finds its endpoint and begins the exchange. A message without content ends here.
  mutating func beginExchange(_ context: ConnectionContext) throws(WireError) -> RouteOptions {
    contents.value.findRoute(in: context.routes, exchange: exchangeNumber)
    bodyUse = .untouched
    let options = context.routes.options[contents.value.endpoint]
    let framing = parser.framing ?? .none
    var state = ExchangeState(
      isHead: contents.value.head.methodID == .head,
      keepAlive: contents.value.head.keepsAlive,
      isVersion10: contents.value.head.minorVersion == 0,
      expectsContinue: try expectsContinue(),
      framing: framing
    )
    if parser.endWithoutContent() {
      state.bodyFullyRead()
      exchange = state
      return options
    }
    exchange = state
    if let limit = options.bodyLimit { parser.setBodyLimit(limit) }
    // A declared length over the limit is refused before the handler sees anything.
    if case .length(let length) = framing, length > UInt64(options.bodyLimit ?? context.limits.bodyBytes) {
      throw .bodyTooLarge
    }
    return options
  }

  /// The response is written, or given up: nothing more of this exchange is anybody's.
  mutating func endExchange() {
    exchangeNumber &+= 1
  }

  private func expectsContinue() throws(WireError) -> Bool {
    guard contents.value.head.knownFields.contains(.expect) else { return false }
    return try ExchangeState.expectsContinue(contents.value.head)
  }

  /// Looks ahead over what has already come of the body, so that a fault in it is answered before the handler acts on the
  /// request. The parser itself stays where it is.
  func checkArrivedBody(_ bytes: Span<UInt8>) throws(WireError) {
    var lookAhead = parser
    var unused = MessageHead()
    var offset = 0
    while true {
      let step = try lookAhead.next(bytes.extracting(offset..<bytes.count), head: &unused)
      offset += step.consumed
      guard case .body = step.event else { return }
    }
  }
}
