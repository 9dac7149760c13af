@testable import LoopHTTP

/// What a parser says about some bytes, comparable whatever pieces they came in.
struct ParserRun {
  enum Event: Equatable {
    case head(fields: Int, bytes: Int)
    case body(UInt8)
    case end(trailers: Int)
    case error(WireError)
  }

  private(set) var events: [Event] = []
  private var pending: [UInt8] = []
  private var head = MessageHead()
  private var parser: MessageParser
  private let role: MessageParser.Role

  init(role: MessageParser.Role) {
    self.role = role
    var limits = WireLimits()
    // Small, so that inputs of a few hundred bytes reach them.
    limits.targetBytes = 48
    limits.headBytes = 192
    limits.fieldCount = 6
    limits.bodyBytes = 64
    parser = MessageParser(role: role, limits: limits)
    if role == .response { parser.expectResponse(toHead: false, toConnect: false) }
  }

  private var hasFailed: Bool {
    if case .error = events.last { true } else { false }
  }

  mutating func feed(_ bytes: ArraySlice<UInt8>) {
    guard !hasFailed else { return }
    pending += bytes
    do throws(WireError) {
      try advance()
    } catch {
      events.append(.error(error))
    }
  }

  /// The end of the connection.
  mutating func end() {
    guard !hasFailed else { return }
    do throws(WireError) {
      if try parser.inputEnded() == .end { events.append(.end(trailers: parser.trailers?.fields.count ?? 0)) }
    } catch {
      events.append(.error(error))
    }
  }

  private mutating func advance() throws(WireError) {
    while true {
      let examined = parser.examinedHeadBytes
      let input = pending
      let step = try parser.next(input.span, head: &head)
      precondition(step.consumed <= pending.count, "more used than there was")
      switch step.event {
      case .needMore: precondition(parser.examinedHeadBytes >= examined || step.consumed > 0, "looked back")
      case .head: events.append(.head(fields: head.fields.count, bytes: head.bytes.count))
      case .body(let range): events += pending[range].map { .body($0) }
      case .end:
        events.append(.end(trailers: parser.trailers?.fields.count ?? 0))
        if role == .response { parser.expectResponse(toHead: false, toConnect: false) }
      }
      pending.removeFirst(step.consumed)
      if case .needMore = step.event { return }
    }
  }
}
