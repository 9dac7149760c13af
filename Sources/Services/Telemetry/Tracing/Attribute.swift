import LoopHTTP

/// The name of an attribute. Declared once as a static constant, it costs nothing to use.
public struct AttributeKey: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The name, as in the semantic conventions.
  public let name: String
  /// Of its length and some of its bytes: names that are not the same nearly always differ in it.
  private let fingerprint: UInt32
  /// Whether the name stands in JSON as it is.
  let isPlain: Bool

  /// A key of that name.
  public init(_ name: String) {
    self.name = name
    let bytes = name.utf8.span
    var fingerprint = UInt32(truncatingIfNeeded: bytes.count)
    if let last = bytes.indices.last {
      for index in [0, last / 2, last] { fingerprint = fingerprint << 8 ^ UInt32(bytes[index]) }
    }
    self.fingerprint = fingerprint
    isPlain = bytes.endOfQuotedASCII(from: 0) == bytes.count
  }

  /// A key of that name.
  public init(stringLiteral name: StringLiteralType) {
    self.init(name)
  }

  /// Whether the names are the same.
  public static func == (left: AttributeKey, right: AttributeKey) -> Bool {
    left.fingerprint == right.fingerprint && left.name == right.name
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
  }
}

/// The value of an attribute: a primitive or an array of one primitive type (OpenTelemetry common specification).
public enum AttributeValue: Sendable, Hashable {
  /// A text.
  case string(String)
  /// A 64-bit integer.
  case int(Int64)
  /// A floating-point number.
  case double(Double)
  /// A truth value.
  case bool(Bool)
  /// Texts.
  case stringArray([String])
  /// 64-bit integers.
  case intArray([Int64])
  /// Floating-point numbers.
  case doubleArray([Double])
  /// Truth values.
  case boolArray([Bool])
}

extension AttributeValue: CustomStringConvertible {
  /// A text as it is, all else as Swift writes it.
  public var description: String {
    switch self {
    case .string(let text): text
    case .int(let number): "\(number)"
    case .double(let number): "\(number)"
    case .bool(let isTrue): "\(isTrue)"
    case .stringArray(let texts): "\(texts)"
    case .intArray(let numbers): "\(numbers)"
    case .doubleArray(let numbers): "\(numbers)"
    case .boolArray(let values): "\(values)"
    }
  }
}

/// A name and its value.
public struct Attribute: Sendable, Hashable {
  /// The name.
  public let key: AttributeKey
  /// The value.
  public var value: AttributeValue

  /// An attribute of that name and value.
  public init(_ key: AttributeKey, _ value: AttributeValue) {
    self.key = key
    self.value = value
  }

  /// An attribute with a text.
  public init(_ key: AttributeKey, _ value: String) {
    self.init(key, .string(value))
  }

  /// An attribute with an integer.
  public init(_ key: AttributeKey, _ value: Int) {
    self.init(key, .int(Int64(value)))
  }

  /// An attribute with a floating-point number.
  public init(_ key: AttributeKey, _ value: Double) {
    self.init(key, .double(value))
  }

  /// An attribute with texts.
  public init(_ key: AttributeKey, _ values: [String]) {
    self.init(key, .stringArray(values))
  }

  /// An attribute with integers.
  public init(_ key: AttributeKey, _ values: [Int]) {
    self.init(key, .intArray(values.map(Int64.init)))
  }

  /// An attribute with a truth value.
  public init(_ key: AttributeKey, _ value: Bool) {
    self.init(key, .bool(value))
  }
}
