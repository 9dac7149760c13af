/// Parses one head, RFC 9112 §2–§5, resumable at any byte: every element is a phase, and the cursor never goes back.
/// Offsets count from the first byte of the head, a tolerated leading empty line included.
struct HeadParser: Sendable {
  private enum Phase {
    case leading, method, target, version, statusLine, fields
  }

  private let role: MessageParser.Role
  private let limits: WireLimits
  private var phase = Phase.leading
  private var cursor = 0
  /// Where the element that is being read starts.
  private var mark = 0
  /// Where the target's query begins; 0 as long as none has.
  private var questionMark = 0
  private var fields = FieldScanner()

  /// Longer method tokens than any registered one (RFC 9110 §9.1) are not held.
  private static let methodBytes = 32
  /// `HTTP/1.1`.
  private static let versionBytes = 8

  init(role: MessageParser.Role, limits: WireLimits) {
    self.role = role
    self.limits = limits
  }

  /// Begins the next head.
  mutating func reset() {
    phase = .leading
    cursor = 0
    mark = 0
    questionMark = 0
  }

  /// Whether anything but an empty line has come.
  var hasStarted: Bool { phase != .leading }

  /// How many bytes have been examined; for the proof that none is examined twice.
  var examined: Int { phase == .fields ? fields.cursor : cursor }

  /// Returns the head's length once it is complete and `head` filled, nil while more bytes are needed. `input` always
  /// starts at the head's first byte. Looks at no more than the limit, so that errors do not depend on how bytes arrive.
  mutating func next(_ input: Span<UInt8>, head: inout MessageHead) throws(WireError) -> Int? {
    let visible = input.extracting(first: limits.headBytes)
    if phase != .fields {
      guard try parseStartLine(visible, &head) else { return try needMore(visible) }
    }
    guard let end = try parseFields(visible, &head) else { return try needMore(visible) }
    head.bytes.replace(copying: visible.extracting(first: end))
    return end
  }

  private func needMore(_ visible: Span<UInt8>) throws(WireError) -> Int? {
    guard visible.count < limits.headBytes else { throw .headTooLarge }
    return nil
  }

  @inline(__always)
  private mutating func parseFields(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Int? {
    var scanner = fields
    defer { fields = scanner }
    while true {
      switch try scanner.next(input) {
      case .needMore: return nil
      case .end: return scanner.cursor
      case .field(let field):
        guard head.fields.count < limits.fieldCount else { throw .tooManyFields }
        head.append(field)
      }
    }
  }

  @inline(__always)
  private mutating func parseStartLine(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Bool {
    while true {
      let isComplete =
        switch phase {
        case .leading: try skipEmptyLine(input, &head)
        case .method: try parseMethod(input, &head)
        case .target: try parseTarget(input, &head)
        case .version: try parseRequestVersion(input, &head)
        case .statusLine: try parseStatusLine(input, &head)
        case .fields: true
        }
      if phase == .fields { return true }
      guard isComplete else { return false }
    }
  }

  /// A server ignores one empty line before the request line (RFC 9112 §2.2); a client has no reason to.
  @inline(__always)
  private mutating func skipEmptyLine(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Bool {
    guard let first = input.count > 0 ? input[0] : nil else { return false }
    if role == .request, first == ByteClass.carriageReturn {
      guard input.count > 1 else { return false }
      guard input[1] == ByteClass.lineFeed else {
        head.removeAll()  // whoever tells of the error must not tell the last message's method
        throw .bareCarriageReturn
      }
      guard input.count > 2 else { return false }
      cursor = 2
    }
    head.removeAll()
    mark = cursor
    phase = role == .request ? .method : .statusLine
    return true
  }

  @inline(__always)
  private mutating func parseMethod(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Bool {
    let index = input.extracting(first: mark + HeadParser.methodBytes + 1).endOfToken(from: cursor)
    cursor = index
    guard index - mark <= HeadParser.methodBytes else { throw .methodTooLong }
    guard index < input.count else { return false }
    guard input[index] == ByteClass.space, index > mark else { throw .badMethod }
    head.method = ByteRange(mark..<index)
    head.methodID = KnownMethod(input.extracting(mark..<index))
    advance(to: .target, from: index + 1)
    return true
  }

  @inline(__always)
  private mutating func parseTarget(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Bool {
    let allowed = input.extracting(first: mark + limits.targetBytes + 1)
    if questionMark == 0 {
      cursor = allowed.endOfPath(from: cursor)
      if cursor < allowed.count, allowed[cursor] == UInt8(ascii: "?") { questionMark = cursor }
    }
    if questionMark > 0 { cursor = allowed.endOfTarget(from: cursor) }
    let index = cursor
    guard index - mark <= limits.targetBytes else { throw .targetTooLong }
    guard index < input.count else { return false }
    guard input[index] == ByteClass.space, index > mark else { throw .badTarget }
    head.target = ByteRange(mark..<index)
    try RequestTarget.split(input.extracting(first: index), pathEnd: questionMark > 0 ? questionMark : index, &head)
    advance(to: .version, from: index + 1)
    return true
  }

  @inline(__always)
  private mutating func parseRequestVersion(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Bool {
    if HeadParser.isUsualVersion(input, at: mark) {
      cursor = mark + HeadParser.versionBytes + 2
    } else {
      guard let end = try scanLine(input, atMost: HeadParser.versionBytes, else: .badVersion) else { return false }
      head.minorVersion = try HeadParser.minorVersion(input.extracting(mark..<end))
    }
    startFields()
    return true
  }

  /// Whether `HTTP/1.1` and the line's end have come, as nearly always.
  @inline(__always)
  private static func isUsualVersion(_ input: Span<UInt8>, at start: Int) -> Bool {
    input.count - start >= versionBytes + 2
      && input.extracting(start..<(start + versionBytes + 2)).equals("HTTP/1.1\r\n")
  }

  /// RFC 9112 §4. The space before an absent reason phrase is not insisted on: many servers leave it out.
  private mutating func parseStatusLine(_ input: Span<UInt8>, _ head: inout MessageHead) throws(WireError) -> Bool {
    // Something else than HTTP answers here: say so at once and not when a line feed happens to come.
    for index in mark..<min(input.count, mark + 5) where input[index] != HeadParser.httpSlash[index - mark] {
      throw .badStatusLine
    }
    guard let end = try scanLine(input, atMost: limits.headBytes, else: .badStatusLine) else { return false }
    let codeStart = mark + HeadParser.versionBytes + 1
    let codeEnd = codeStart + 3
    guard end >= codeEnd, input[codeStart - 1] == ByteClass.space else { throw .badStatusLine }
    head.minorVersion = try HeadParser.minorVersion(input.extracting(mark..<(codeStart - 1)))
    for index in codeStart..<codeEnd {
      guard ByteClass.isDigit(input[index]) else { throw .badStatusLine }
      head.status = head.status * 10 + Int(input[index] - UInt8(ascii: "0"))
    }
    // Other numbers are invalid (RFC 9110 §15). They would be a failure of the server: here, a malformed answer.
    guard 100...599 ~= head.status, end == codeEnd || input[codeEnd] == ByteClass.space else { throw .badStatusLine }
    head.reason = ByteRange(min(codeEnd + 1, end)..<end)
    startFields()
    return true
  }

  /// Scans to the end of the start line and returns where it is, with the cursor after the line feed.
  @inline(__always)
  private mutating func scanLine(
    _ input: Span<UInt8>,
    atMost length: Int,
    else error: WireError
  ) throws(WireError) -> Int? {
    let index = input.extracting(first: mark + length + 1).endOfFieldValue(from: cursor)
    cursor = index
    guard index - mark <= length else { throw error }
    guard index < input.count else { return nil }
    guard input[index] == ByteClass.carriageReturn else {
      throw input[index] == ByteClass.lineFeed ? .bareLineFeed : error
    }
    guard index + 1 < input.count else { return nil }
    guard input[index + 1] == ByteClass.lineFeed else { throw .bareCarriageReturn }
    cursor = index + 2
    return index
  }

  private mutating func advance(to next: Phase, from offset: Int) {
    phase = next
    cursor = offset
    mark = offset
  }

  private mutating func startFields() {
    fields = FieldScanner(at: cursor)
    phase = .fields
  }

  private static let httpSlash: InlineArray<5, UInt8> = [0x48, 0x54, 0x54, 0x50, 0x2f]

  /// RFC 9112 §2.3: `HTTP/` DIGIT `.` DIGIT, in upper case. Later minor versions of HTTP/1 are processed as 1.1.
  @inline(__always)
  private static func minorVersion(_ bytes: Span<UInt8>) throws(WireError) -> UInt8 {
    guard bytes.count == versionBytes, ByteClass.equals(bytes.extracting(first: 5), literal: "HTTP/"),
      ByteClass.isDigit(bytes[5]), bytes[6] == UInt8(ascii: "."), ByteClass.isDigit(bytes[7])
    else { throw .badVersion }
    guard bytes[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
    return min(bytes[7] - UInt8(ascii: "0"), 1)
  }
}
