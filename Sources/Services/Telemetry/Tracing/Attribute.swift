/// The name of an attribute. Declared once as a static constant, it costs nothing to use.
public struct AttributeKey: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The name, as in the semantic conventions.
  public let name: String
  /// Of its length and some of its bytes: names that are not the same nearly always differ in it.
  private let fingerprint: UInt32

  /// A key of that name.
  public init(_ name: String) {
    self.name = name
    let bytes = name.utf8.span
    var fingerprint = UInt32(truncatingIfNeeded: bytes.count)
    if let last = bytes.indices.last {
      for index in [0, last / 2, last] { fingerprint = fingerprint << 8 ^ UInt32(bytes[index]) }
    }
    self.fingerprint = fingerprint
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

  /// An attribute with a truth value.
  public init(_ key: AttributeKey, _ value: Bool) {
    self.init(key, .bool(value))
  }
}
