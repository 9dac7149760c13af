import LoopHTTP

/// Properties of a request that its sender hands to everyone behind it (W3C Baggage).
public struct Baggage: Sendable, Hashable {
  /// One member of the list.
  public struct Member: Sendable, Hashable {
    /// The name: a token.
    public let key: String
    /// The value as it travels, percent-encoded: passing it on changes no byte of it.
    public let encodedValue: String
    /// What follows the first semicolon, unchanged; empty without one.
    public let metadata: String

    /// The decoded value; bytes that are not UTF-8 come out as U+FFFD (§3.3.1.4).
    public var value: String {
      String(decoding: PercentEncoding.decode(encodedValue.utf8) ?? Array(encodedValue.utf8), as: UTF8.self)
    }
  }

  /// The members in the order they came.
  public private(set) var members: [Member]

  /// More members than this are not kept. The specification asks for 64 at least.
  public static let maximumMemberCount = 180
  /// What is sent never exceeds this many bytes; members that no longer fit are left out. The specification's least.
  public static let maximumByteCount = 8192

  /// Baggage without members.
  public init() {
    members = []
  }

  /// Parses the values of all `baggage` headers in order. A member that breaks the grammar is dropped alone.
  public init(headerValues: [String]) {
    self.init()
    for headerValue in headerValues {
      for item in headerValue[...].utf8.split(separator: UInt8(ascii: ",")) {
        guard members.count < Self.maximumMemberCount else { return }
        if let member = Member(ByteClass.trimming(item)) { members.append(member) }
      }
    }
  }

  /// The decoded value of the last member of that name; setting replaces every member of it, nil removes them.
  /// A name that is no token is not set.
  public subscript(key: String) -> String? {
    get { members.last { $0.key == key }?.value }
    set {
      members.removeAll { $0.key == key }
      guard let newValue, members.count < Self.maximumMemberCount else { return }
      let encoded = PercentEncoding.encode(newValue) { ByteClass.isBaggageOctet($0) && $0 != UInt8(ascii: "%") }
      if let member = Member("\(key)=\(encoded)"[...].utf8), member.key == key { members.append(member) }
    }
  }

  /// The value of the one header to send; empty when there is nothing to send.
  public var headerValue: String {
    var text = ""
    for member in members {
      let comma = text.isEmpty ? "" : ","
      let item = "\(comma)\(member.key)=\(member.encodedValue)\(member.metadata.isEmpty ? "" : ";")\(member.metadata)"
      if text.utf8.count + item.utf8.count <= Self.maximumByteCount { text += item }
    }
    return text
  }

  /// True when there is nothing to send.
  public var isEmpty: Bool { members.isEmpty }
}

extension Baggage.Member {
  init?(_ text: Substring.UTF8View) {
    let semicolon = text.firstIndex(of: UInt8(ascii: ";"))
    let pair = text[..<(semicolon ?? text.endIndex)]
    guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    let key = ByteClass.trimming(pair[..<equals])
    let value = ByteClass.trimming(pair[pair.index(after: equals)...])
    let metadata = semicolon.map { ByteClass.trimming(text[text.index(after: $0)...]) }
    guard
      !key.isEmpty, key.allSatisfy(ByteClass.isToken),
      value.allSatisfy(ByteClass.isBaggageOctet), PercentEncoding.decode(value) != nil,
      metadata?.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) ?? true
    else { return nil }
    self.init(
      key: String(Substring(key)),
      encodedValue: String(Substring(value)),
      metadata: metadata.map { String(Substring($0)) } ?? ""
    )
  }
}
