/// A connection's incoming side: the parser and the head that it last completed. Pure.
struct RequestReader {
  /// Shared with the request that a handler gets; memory is used again once that is gone.
  private(set) var head = CopyOnWrite(MessageHead())
  var parser: MessageParser

  init(limits: WireLimits) {
    parser = MessageParser(role: .request, limits: limits)
  }

  /// The next step over the bytes that wait.
  mutating func next(_ bytes: Span<UInt8>) throws(WireError) -> MessageParser.Step {
    try parser.next(bytes, head: &head.value)
  }

  /// What the head that has just come says about the exchange; a message without content ends here.
  mutating func beginExchange(_ endpoint: Endpoint, _ limits: WireLimits) throws(WireError) -> ExchangeState {
    let framing = parser.framing ?? .none
    var state = ExchangeState(
      isHead: head.value.methodID == .head,
      keepAlive: head.value.keepsAlive,
      isVersion10: head.value.minorVersion == 0,
      expectsContinue: head.value.knownFields.contains(.expect) ? try ExchangeState.expectsContinue(head.value) : false,
      framing: framing
    )
    guard !parser.endWithoutContent() else {
      state.bodyFullyRead()
      return state
    }
    if let limit = endpoint.options.bodyLimit { parser.setBodyLimit(limit) }
    // A declared length over the limit is refused before the handler sees anything.
    if case .length(let length) = framing, length > UInt64(endpoint.options.bodyLimit ?? limits.bodyBytes) {
      throw .bodyTooLarge
    }
    return state
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
