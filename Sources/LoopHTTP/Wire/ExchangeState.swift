/// One request and its response as the server sees them: whether `100 Continue` is due, whether the connection
/// survives, what happens to a body nobody read. RFC 9110 §10.1.1 and RFC 9112 §9.
struct ExchangeState: Sendable {
  /// What to do before the first body byte is awaited.
  enum BodyAction: Hashable, Sendable {
    case read, sendContinueThenRead
  }

  /// The `Connection` field of the response.
  enum ConnectionField: Hashable, Sendable {
    /// None is needed: the client's version says the same.
    case omitted
    case keepAlive, close
  }

  /// What to do with the connection once the response is written.
  enum NextAction: Hashable, Sendable {
    /// The next request may be read.
    case keepAlive
    /// Discard the rest of the body, at most that many bytes, then read the next request; close if there is more.
    case drainBody(limit: Int)
    case close
  }

  private enum Body {
    /// Nothing was read; the client waits for `100 Continue` if it said so.
    case untouched(awaitsContinue: Bool)
    case reading
    case read
  }

  private enum Response {
    case pending
    case started(persists: Bool)
    case finished
  }

  /// The response carries the fields of the GET and no body.
  let isHead: Bool
  /// The client wants the connection to persist.
  let keepAlive: Bool
  /// More unread body bytes than these are not worth reading: closing is cheaper.
  let drainLimit: Int

  private let isVersion10: Bool
  private let framing: BodyFraming
  private var body: Body
  private var response = Response.pending

  /// 64 KiB is what a socket's buffers usually hold already; reading it costs less than a new connection.
  static let defaultDrainLimit = 64 * 1024

  /// Takes the facts of a request's head and its framing.
  init(
    isHead: Bool,
    keepAlive: Bool,
    isVersion10: Bool,
    expectsContinue: Bool,
    framing: BodyFraming,
    drainLimit: Int = defaultDrainLimit
  ) {
    self.isHead = isHead
    self.keepAlive = keepAlive
    self.isVersion10 = isVersion10
    self.framing = framing
    self.drainLimit = drainLimit
    switch framing {
    case .none, .length(0): body = .read
    case .length, .chunked, .untilClose: body = .untouched(awaitsContinue: expectsContinue)
    }
  }

  /// Whether the client holds its body back until `100 Continue`. Another expectation is `unsupportedExpectation` (417);
  /// from HTTP/1.0 clients expectations are ignored (RFC 9110 §10.1.1).
  static func expectsContinue(_ head: borrowing MessageHead) throws(WireError) -> Bool {
    guard head.minorVersion >= 1, head.knownFields.contains(.expect) else { return false }
    for field in head.fields where field.known == .expect {
      let value = head.bytes.span.extracting(field.value.bounds)
      guard ByteClass.matches(value, literal: "100-continue") else { throw .unsupportedExpectation }
    }
    return true
  }

  /// The handler asks for the body. After the response's head has left no interim response may be sent; `isHeadHeld` tells that
  /// one that has started has not, so that something can go before it.
  mutating func bodyReadStarted(isHeadHeld: Bool = false) -> BodyAction {
    switch (body, response) {
    case (.untouched(awaitsContinue: true), .pending):
      body = .reading
      return .sendContinueThenRead
    case (.untouched(awaitsContinue: true), .started) where isHeadHeld:
      body = .reading
      return .sendContinueThenRead
    case (.untouched, .pending), (.untouched, .started), (.untouched, .finished):
      body = .reading
      return .read
    case (.reading, _), (.read, _):
      return .read
    }
  }

  /// The parser reported the end of the request.
  mutating func bodyFullyRead() {
    body = .read
  }

  /// The final response is about to be written. `closeRequested`: the handler or a draining server wants the connection
  /// closed. `isDelimited`: the response's own end is known to this client without closing.
  mutating func responseStarted(closeRequested: Bool, isDelimited: Bool) -> ConnectionField {
    let persists = keepAlive && !closeRequested && isDelimited && canReachNextRequest
    response = .started(persists: persists)
    guard persists else { return isVersion10 && !keepAlive ? .omitted : .close }
    return isVersion10 ? .keepAlive : .omitted
  }

  /// The response is written to its end.
  mutating func responseFinished() -> NextAction {
    switch response {
    case .started(persists: true):
      response = .finished
    case .started(persists: false), .pending, .finished:
      response = .finished
      return .close
    }
    switch body {
    case .read: return .keepAlive
    case .reading, .untouched: return .drainBody(limit: drainLimit)
    }
  }

  /// Whether the request's end can be found: a client that waits for `100 Continue` in vain may send its body or leave
  /// it out, and nobody can tell which.
  private var canReachNextRequest: Bool {
    switch body {
    case .read, .reading: true
    case .untouched(awaitsContinue: true): false
    case .untouched(awaitsContinue: false):
      switch framing {
      case .length(let length): length <= UInt64(drainLimit)
      case .chunked: true
      case .none: true
      case .untilClose: false
      }
    }
  }
}
