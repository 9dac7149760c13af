/// A JSON text (RFC 8259) as a tree that keeps the order of an object's members.
public enum JSONValue: Sendable, Hashable {
  /// A name and its value.
  public struct Member: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The value.
    public var value: JSONValue
    /// The line of the text on which the name stands, from 1.
    public var line = 1

    /// A member that comes from no text counts as one of its first line.
    public init(name: String, value: JSONValue, line: Int = 1) {
      self.name = name
      self.value = value
      self.line = line
    }
  }

  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A number as it is written, so that none is rounded.
  case number(String)
  /// A text.
  case string(String)
  /// Values in their order.
  case array([JSONValue])
  /// Members in their order.
  case object([Member])

  /// The value of an object's last member of that name; nil for anything else.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  /// The integer; nil unless it is a number without fraction that fits.
  public var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The number; nil unless it is a finite one.
  public var double: Double? {
    guard case .number(let text) = self, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// The text; nil for anything else.
  public var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The items of an array; nil for anything else.
  public var items: [JSONValue]? {
    guard case .array(let items) = self else { return nil }
    return items
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int) { self = .number(String(value)) }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object, its members in the order written.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member(name: $0, value: $1) })
  }
}
