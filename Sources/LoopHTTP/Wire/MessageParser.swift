/// Parses the messages of one direction of a connection, RFC 9112, one after the other: head, body, end. Pure: it holds
/// no input and never waits; whoever owns the bytes gives the unconsumed ones again. A thrown error is final.
struct MessageParser: Sendable {
  enum Role: Sendable {
    case request, response
  }

  enum Event: Hashable, Sendable {
    /// Nothing more can be told from these bytes.
    case needMore
    /// The head is complete and was stored.
    case head
    /// Body bytes, as offsets in the input given to this call.
    case body(Range<Int>)
    /// The message is complete, its trailers included.
    case end
  }

  struct Step: Hashable, Sendable {
    /// How many bytes at the start of the input are used up.
    var consumed: Int
    var event: Event
  }

  private enum Phase {
    /// Between messages or within a head.
    case head
    case framed(BodyFraming)
    case length(remaining: Int)
    case chunked(ChunkedDecoder)
    case untilClose
    /// A response came that ends HTTP on this connection: 101 or the 2xx to a CONNECT.
    case switched
    case failed(WireError)
  }

  private let role: Role
  private let limits: WireLimits
  private var phase = Phase.head
  private var headParser: HeadParser
  private var bodyLimit: Int
  private var bodyBytes = 0
  private var expected: (toHead: Bool, toConnect: Bool)?
  private var trailerStorage = MessageTrailers()

  /// The framing of the message whose head has been returned, until its end.
  private(set) var framing: BodyFraming?

  init(role: Role, limits: WireLimits) {
    var limits = limits
    // Offsets in a head are 32 bits wide and sums of limits must not overflow, whatever "no limit" was written as.
    limits.headBytes = min(limits.headBytes, Int(Int32.max))
    limits.targetBytes = min(limits.targetBytes, limits.headBytes)
    self.role = role
    self.limits = limits
    headParser = HeadParser(role: role, limits: limits)
    bodyLimit = limits.bodyBytes
  }

  /// Whether a head has begun and is not complete; an empty line before a request line does not count.
  var hasStartedHead: Bool {
    if case .head = phase { headParser.hasStarted } else { false }
  }

  /// Whether the last message has ended and nothing of the next has come.
  var isBetweenMessages: Bool {
    if case .head = phase { !headParser.hasStarted } else { false }
  }

  /// The trailers of the message that has ended last, until the next head; nil without any.
  var trailers: MessageTrailers? { trailerStorage.bytes.isEmpty ? nil : trailerStorage }

  /// How many bytes of the head in progress have been examined.
  var examinedHeadBytes: Int {
    if case .head = phase { headParser.examined } else { 0 }
  }

  /// Client: names the request the next final response answers, because HEAD and CONNECT decide its framing (RFC 9112
  /// §6.3). A response that nothing was said about is an error. Interim responses (1xx) do not use it up.
  mutating func expectResponse(toHead: Bool, toConnect: Bool) {
    expected = (toHead, toConnect)
  }

  /// Replaces the limit on the body of the message in progress; the next message has the configured one again. More
  /// than it is `bodyTooLarge`, a larger Content-Length at the first step after the head.
  mutating func setBodyLimit(_ bytes: Int) {
    bodyLimit = bytes
  }

  /// Takes the next step over `input`, all bytes that are not yet consumed.
  mutating func next(_ input: Span<UInt8>, head: inout MessageHead) throws(WireError) -> Step {
    do throws(WireError) {
      return try step(input, &head)
    } catch {
      phase = .failed(error)
      throw error
    }
  }

  /// Ends the message whose head has just come, where it has no content, without looking at more input; false where it
  /// has. It spares the commonest requests a step.
  mutating func endWithoutContent() -> Bool {
    guard let framing else { return false }
    switch framing {
    case .none, .length(0):
      finishMessage()
      return true
    case .length, .chunked, .untilClose: return false
    }
  }

  /// The connection ended. Completes a body that lasts until then; nil between messages.
  mutating func inputEnded() throws(WireError) -> Event? {
    switch phase {
    case .untilClose:
      finishMessage()
      return .end
    case .switched: return nil
    case .head:
      guard headParser.hasStarted else { return nil }
    case .framed(.none), .framed(.length(0)):
      finishMessage()
      return .end
    case .framed(.untilClose):
      finishMessage()
      return .end
    case .framed(.chunked), .framed(.length), .length, .chunked: break
    case .failed(let error): throw error
    }
    phase = .failed(.truncated)
    throw .truncated
  }

  @inline(__always)
  private mutating func step(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Step {
    switch phase {
    case .head:
      if role == .response, expected == nil, input.count > 0 { throw .unexpectedBytes }
      guard let end = try headParser.next(input, head: &head) else { return Step(consumed: 0, event: .needMore) }
      try beginBody(&head)
      return Step(consumed: end, event: .head)
    case .framed(let framing): return try startBody(framing, input, status: head.status)
    case .length(let remaining): return try lengthStep(remaining, input)
    case .chunked(let decoder): return try chunkedStep(decoder, input)
    case .untilClose: return try untilCloseStep(input)
    case .switched: throw .unexpectedBytes
    case .failed(let error): throw error
    }
  }

  /// What the whole head says: connection options, host and framing.
  private mutating func beginBody(_ head: inout MessageHead) throws(WireError) {
    let options = ConnectionOptions(of: head)
    head.connectionOptions = options
    let framing: BodyFraming
    switch role {
    case .request:
      try HostRule.check(head)
      framing = try .request(head)
    case .response:
      let (toHead, toConnect) = expected ?? (false, false)
      framing = try .response(head, toHead: toHead, toConnect: toConnect)
    }
    if !trailerStorage.fields.isEmpty { trailerStorage.removeAll() }
    bodyLimit = limits.bodyBytes
    bodyBytes = 0
    self.framing = framing
    phase = .framed(framing)
  }

  private mutating func startBody(
    _ framing: BodyFraming,
    _ input: Span<UInt8>,
    status: Int
  ) throws(WireError) -> Step {
    switch framing {
    case .none:
      finishMessage(status: status)
      return Step(consumed: 0, event: .end)
    case .length(let length):
      guard length <= UInt64(clamping: bodyLimit) else { throw .bodyTooLarge }
      return try lengthStep(Int(length), input)
    case .chunked: return try chunkedStep(ChunkedDecoder(limits: limits), input)
    case .untilClose:
      phase = .untilClose
      return try untilCloseStep(input)
    }
  }

  private mutating func lengthStep(_ remaining: Int, _ input: Span<UInt8>) throws(WireError) -> Step {
    guard remaining > 0 else {
      finishMessage()
      return Step(consumed: 0, event: .end)
    }
    let count = min(remaining, input.count)
    phase = .length(remaining: remaining - count)
    return Step(consumed: count, event: count == 0 ? .needMore : .body(0..<count))
  }

  private mutating func chunkedStep(_ decoder: ChunkedDecoder, _ input: Span<UInt8>) throws(WireError) -> Step {
    var decoder = decoder
    let allowance = bodyLimit - bodyBytes
    let (consumed, outcome) = try decoder.next(input, allowance: allowance, trailers: &trailerStorage)
    phase = .chunked(decoder)
    switch outcome {
    case .needMore: return Step(consumed: consumed, event: .needMore)
    case .data(let range):
      bodyBytes += range.count
      return Step(consumed: consumed, event: .body(range))
    case .end:
      finishMessage()
      return Step(consumed: consumed, event: .end)
    }
  }

  private mutating func untilCloseStep(_ input: Span<UInt8>) throws(WireError) -> Step {
    guard input.count > 0 else { return Step(consumed: 0, event: .needMore) }
    let count = min(input.count, bodyLimit - bodyBytes)
    guard count > 0 else { throw .bodyTooLarge }
    bodyBytes += count
    return Step(consumed: count, event: .body(0..<count))
  }

  /// A message without body: an interim response keeps its request waiting, a switch of protocols ends HTTP here.
  private mutating func finishMessage(status: Int) {
    let toConnect = expected?.toConnect ?? false
    let isInterim = role == .response && status < 200
    let isSwitch = role == .response && (status == 101 || (toConnect && status / 100 == 2))
    let waiting = expected
    finishMessage()
    if isInterim { expected = waiting }
    if isSwitch { phase = .switched }
  }

  private mutating func finishMessage() {
    framing = nil
    expected = nil
    headParser.reset()
    phase = .head
  }
}
