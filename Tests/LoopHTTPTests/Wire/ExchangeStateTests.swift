import Testing

@testable import LoopHTTP

/// RFC 9110 §10.1.1 and RFC 9112 §9.3 as a server decides them.
@Suite struct ExchangeStateTests {
  private func exchange(
    _ fields: String = "",
    version: String = "1.1",
    method: String = "POST",
    _ framing: BodyFraming = .length(5)
  ) throws -> ExchangeState {
    let head = try parsedHead("\(method) / HTTP/\(version)\r\nHost: a\r\n\(fields)\r\n")
    return ExchangeState(
      isHead: head.methodID == .head,
      keepAlive: head.keepsAlive,
      isVersion10: head.minorVersion == 0,
      expectsContinue: try ExchangeState.expectsContinue(head),
      framing: framing
    )
  }

  @Test(arguments: [
    ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x , CLOSE\r\n", false),
    ("1.1", "Connection: keep-alive\r\nConnection: close\r\n", false), ("1.1", "Connection: closed\r\n", true),
    ("1.0", "", false), ("1.0", "Connection: Keep-Alive\r\n", true),
    ("1.0", "Connection: keep-alive, close\r\n", false),
  ])
  func persistence(version: String, fields: String, persists: Bool) throws {
    var exchange = try exchange(fields, version: version, method: "GET", .none)
    #expect(exchange.keepAlive == persists)
    _ = exchange.responseStarted(closeRequested: false, isDelimited: true)
    #expect(exchange.responseFinished() == (persists ? .keepAlive : .close))
  }

  @Test(arguments: [
    ("1.1", "", false, true, ExchangeState.ConnectionField.omitted), ("1.1", "", true, true, .close),
    ("1.1", "", false, false, .close), ("1.1", "Connection: close\r\n", false, true, .close),
    ("1.0", "", false, true, .omitted), ("1.0", "Connection: keep-alive\r\n", false, true, .keepAlive),
    ("1.0", "Connection: keep-alive\r\n", true, true, .close),
  ])
  func connectionFieldOfTheResponse(
    version: String,
    fields: String,
    closeRequested: Bool,
    isDelimited: Bool,
    field: ExchangeState.ConnectionField
  ) throws {
    var exchange = try exchange(fields, version: version, method: "GET", .none)
    #expect(exchange.responseStarted(closeRequested: closeRequested, isDelimited: isDelimited) == field)
    #expect(exchange.responseFinished() == (field == .close || !exchange.keepAlive ? .close : .keepAlive))
  }

  @Test func continueIsSentOnceWhenTheBodyIsAskedFor() throws {
    var exchange = try exchange("Expect: 100-Continue\r\n")
    #expect(exchange.bodyReadStarted() == .sendContinueThenRead)
    #expect(exchange.bodyReadStarted() == .read)
    exchange.bodyFullyRead()
    _ = exchange.responseStarted(closeRequested: false, isDelimited: true)
    #expect(exchange.responseFinished() == .keepAlive)
  }

  @Test func continueIsNotSentAfterTheResponseHasStarted() throws {
    var exchange = try exchange("Expect: 100-continue\r\n")
    #expect(exchange.responseStarted(closeRequested: false, isDelimited: true) == .close)
    #expect(exchange.bodyReadStarted() == .read)
    #expect(exchange.responseFinished() == .close)
  }

  @Test func continueIsSentBeforeAHeadThatHasNotLeft() throws {
    var exchange = try exchange("Expect: 100-continue\r\n")
    _ = exchange.responseStarted(closeRequested: false, isDelimited: true)
    #expect(exchange.bodyReadStarted(isHeadHeld: true) == .sendContinueThenRead)
    #expect(exchange.bodyReadStarted(isHeadHeld: true) == .read)
  }

  @Test(arguments: [
    ("100-continue", "1.1", BodyFraming.none), ("100-continue", "1.1", .length(0)), ("100-continue", "1.0", .length(5)),
    ("tea", "1.0", .length(5)),
  ])
  func expectationIsIgnoredWithoutBodyAndIn10(value: String, version: String, framing: BodyFraming) throws {
    var exchange = try exchange("Expect: \(value)\r\n", version: version, framing)
    #expect(exchange.bodyReadStarted() == .read)
  }

  @Test(arguments: ["tea", "", "100-continue, tea", "100-continuex"])
  func otherExpectationIsRefused(value: String) {
    #expect(throws: WireError.unsupportedExpectation) { try exchange("Expect: \(value)\r\n") }
    #expect(WireError.unsupportedExpectation.status == 417)
  }

  @Test(arguments: [
    (BodyFraming.length(5), ExchangeState.NextAction.drainBody(limit: 65536)), (.length(65537), .close),
    (.chunked, .drainBody(limit: 65536)), (.none, .keepAlive),
  ])
  func unreadBodyIsDrainedOrTheConnectionCloses(framing: BodyFraming, action: ExchangeState.NextAction) throws {
    var exchange = try exchange("", framing)
    let field = exchange.responseStarted(closeRequested: false, isDelimited: true)
    #expect(field == (action == .close ? .close : .omitted))
    #expect(exchange.responseFinished() == action)
  }

  @Test func halfReadBodyIsDrained() throws {
    var exchange = try exchange()
    #expect(exchange.bodyReadStarted() == .read)
    _ = exchange.responseStarted(closeRequested: false, isDelimited: true)
    #expect(exchange.responseFinished() == .drainBody(limit: 65536))
  }

  @Test func connectionClosesWhenNoResponseWasStarted() throws {
    var exchange = try exchange("", BodyFraming.none)
    #expect(exchange.responseFinished() == .close)
  }

  @Test func headIsKnown() throws {
    #expect(try exchange("", method: "HEAD", .none).isHead)
    #expect(try !exchange("", method: "GET", .none).isHead)
  }
}
