import Testing

@testable import LoopHTTP

/// Everything a parser says about a sequence of bytes, comparable whatever pieces they came in.
struct WireTranscript: Equatable {
  enum Entry: Equatable {
    case head(String)
    case body(String)
    case end(trailers: [String])
    case error(WireError)
  }

  /// Adjacent body pieces are merged.
  private(set) var entries: [Entry] = []

  /// What `limits`, the requests answered and the end of the connection are for one run.
  struct Setting {
    var role = MessageParser.Role.request
    var limits = WireLimits()
    /// Response role: what each final response answers.
    var answers: [(toHead: Bool, toConnect: Bool)] = [(false, false)]
    var endsInput = false
  }

  /// Feeds `pieces` one after the other as a connection does, giving unconsumed bytes again.
  init(_ pieces: [ArraySlice<UInt8>], _ setting: Setting) {
    var parser = MessageParser(role: setting.role, limits: setting.limits)
    var answers = setting.answers[...]
    if let first = answers.popFirst() { parser.expectResponse(toHead: first.toHead, toConnect: first.toConnect) }
    var head = MessageHead()
    var pending: [UInt8] = []
    do throws(WireError) {
      for piece in pieces {
        pending += piece
        try drain(&pending, &parser, &head, &answers)
      }
      if setting.endsInput, try parser.inputEnded() == .end { append(.end(trailers: [])) }
    } catch {
      append(.error(error))
    }
  }

  /// The transcript of `text` whole, after proving that byte by byte and every split give the same.
  static func agreed(_ text: String, _ setting: Setting = Setting(), _ location: SourceLocation) -> [Entry] {
    let bytes = Array(text.utf8)
    let whole = WireTranscript([bytes[...]], setting)
    let single = WireTranscript(bytes.indices.map { bytes[$0...$0] }, setting)
    #expect(single == whole, "byte by byte: \(text.debugDescription)", sourceLocation: location)
    for cut in bytes.indices.dropFirst() {
      let split = WireTranscript([bytes[..<cut], bytes[cut...]], setting)
      #expect(split == whole, "split at \(cut): \(text.debugDescription)", sourceLocation: location)
    }
    return whole.entries
  }

  private mutating func drain(
    _ pending: inout [UInt8],
    _ parser: inout MessageParser,
    _ head: inout MessageHead,
    _ answers: inout ArraySlice<(toHead: Bool, toConnect: Bool)>
  ) throws(WireError) {
    while true {
      let step = try parser.next(pending.span, head: &head)
      switch step.event {
      case .needMore: break
      case .head: append(.head(WireTranscript.describe(head, parser)))
      case .body(let range): append(.body(String(decoding: pending[range], as: UTF8.self)))
      case .end:
        append(.end(trailers: parser.trailers.map(WireTranscript.describe) ?? []))
        if head.status == 0 || head.status >= 200, let next = answers.popFirst() {
          parser.expectResponse(toHead: next.toHead, toConnect: next.toConnect)
        }
      }
      pending.removeFirst(step.consumed)
      if step.event == .needMore { return }
    }
  }

  private mutating func append(_ entry: Entry) {
    if case .body(let more) = entry, case .body(let text) = entries.last {
      entries[entries.count - 1] = .body(text + more)
    } else {
      entries.append(entry)
    }
  }

  /// `METHOD path?query fields… | framing`, or `status reason fields… | framing`.
  private static func describe(_ head: MessageHead, _ parser: MessageParser) -> String {
    func text(_ range: ByteRange) -> String { String(decoding: head.bytes[range.bounds], as: UTF8.self) }
    let start =
      head.status > 0 ? "\(head.status) \(text(head.reason))" : "\(text(head.method)) \(text(head.target))"
    let fields = head.fields.map { "\(text($0.name))=\(text($0.value))" }
    let framing =
      switch parser.framing {
      case nil: "nil"
      case .some(.none): "none"
      case .length(let length): "length \(length)"
      case .chunked: "chunked"
      case .untilClose: "until close"
      }
    return (["\(start) 1.\(head.minorVersion)"] + fields).joined(separator: "; ") + " | " + framing
  }

  private static func describe(_ trailers: MessageTrailers) -> [String] {
    func text(_ range: ByteRange) -> String { String(decoding: trailers.bytes[range.bounds], as: UTF8.self) }
    return trailers.fields.map { "\(text($0.name))=\(text($0.value))" }
  }
}

/// Lines joined as on the wire; the last element is the body, or empty.
func wire(_ lines: String...) -> String { lines.joined(separator: "\r\n") }

/// Expects that a request is refused with `error`, whatever pieces it comes in, after `entries`.
func expectRefused(
  _ text: String,
  _ error: WireError,
  after entries: [WireTranscript.Entry] = [],
  limits: WireLimits = WireLimits(),
  location: SourceLocation = #_sourceLocation
) {
  let setting = WireTranscript.Setting(limits: limits)
  #expect(WireTranscript.agreed(text, setting, location) == entries + [.error(error)], sourceLocation: location)
}

/// Expects exactly `entries` from a request, whatever pieces it comes in.
func expectRequest(
  _ text: String,
  _ entries: [WireTranscript.Entry],
  limits: WireLimits = WireLimits(),
  location: SourceLocation = #_sourceLocation
) {
  let setting = WireTranscript.Setting(limits: limits)
  #expect(WireTranscript.agreed(text, setting, location) == entries, sourceLocation: location)
}

/// Expects exactly `entries` from a response to an ordinary request, or to what `answers` names.
func expectResponse(
  _ text: String,
  _ entries: [WireTranscript.Entry],
  answers: [(toHead: Bool, toConnect: Bool)] = [(false, false)],
  endsInput: Bool = false,
  limits: WireLimits = WireLimits(),
  location: SourceLocation = #_sourceLocation
) {
  let setting = WireTranscript.Setting(role: .response, limits: limits, answers: answers, endsInput: endsInput)
  #expect(WireTranscript.agreed(text, setting, location) == entries, sourceLocation: location)
}
