import LoopHTTP

/// Vendors' own positions in a trace, carried along unchanged (W3C Trace Context level 2, §3.3).
public struct TraceState: Sendable, Hashable {
  /// One `key=value` of the list.
  public struct Member: Sendable, Hashable {
    /// The vendor's key.
    public let key: String
    /// The vendor's opaque value.
    public let value: String
  }

  /// The members, newest first.
  public private(set) var members: [Member]

  /// More members than this are never sent (§3.3.1.1).
  public static let maximumMemberCount = 32

  /// A state without members.
  public init() {
    members = []
  }

  /// Parses the values of all `tracestate` headers in order; nil when anything in them breaks the grammar or there are
  /// too many members, and then nothing of it is to be passed on. Empty members are allowed and skipped.
  public init?(headerValues: [String]) {
    self.init()
    for headerValue in headerValues {
      for item in headerValue[...].utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        let text = ByteClass.trimming(item)
        guard !text.isEmpty else { continue }
        guard members.count < Self.maximumMemberCount, let member = Member(text) else { return nil }
        members.append(member)
      }
    }
  }

  /// Sets a vendor's value and moves it to the front, as §3.3.1.4 demands of whoever writes one; false, and no change,
  /// when key or value breaks the grammar. A list that is full loses its last member.
  @discardableResult
  public mutating func set(_ key: String, to value: String) -> Bool {
    guard let member = Member("\(key)=\(value)"[...].utf8), member.key == key else { return false }
    members.removeAll { $0.key == key }
    members.insert(member, at: 0)
    if members.count > Self.maximumMemberCount { members.removeLast() }
    return true
  }

  /// The value of the one header to send; empty when there is nothing to send.
  public var headerValue: String {
    members.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  /// True when there is nothing to send.
  public var isEmpty: Bool { members.isEmpty }
}

extension TraceState.Member {
  init?(_ text: Substring.UTF8View) {
    guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let key = text[..<equals]
    let value = text[text.index(after: equals)...]
    guard Self.isValidKey(key), Self.isValidValue(value) else { return nil }
    self.init(key: String(Substring(key)), value: String(Substring(value)))
  }

  /// §3.3.1.3.1: a simple key, or a tenant and a system around `@`.
  private static func isValidKey(_ key: Substring.UTF8View) -> Bool {
    guard let at = key.firstIndex(of: UInt8(ascii: "@")) else {
      return isIdentifier(key, longest: 256) { ByteClass.isLowercaseLetter($0) || ByteClass.isDigit($0) }
    }
    let system = key[key.index(after: at)...]
    return isIdentifier(key[..<at], longest: 241) { ByteClass.isLowercaseLetter($0) || ByteClass.isDigit($0) }
      && isIdentifier(system, longest: 14, first: ByteClass.isLowercaseLetter)
  }

  private static func isIdentifier(
    _ text: Substring.UTF8View,
    longest: Int,
    first: (UInt8) -> Bool
  ) -> Bool {
    guard let start = text.first, first(start), text.count <= longest else { return false }
    return text.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"): true
      default: ByteClass.isLowercaseLetter(byte) || ByteClass.isDigit(byte)
      }
    }
  }

  /// §3.3.1.3.2: 1 to 256 printable characters without comma and equals sign, the last of them no space.
  private static func isValidValue(_ value: Substring.UTF8View) -> Bool {
    guard let last = value.last, last != 0x20, value.count <= 256 else { return false }
    return value.allSatisfy { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
  }
}
