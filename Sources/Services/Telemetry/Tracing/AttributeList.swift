/// The attributes of a span, an event or a link: unique names in the order they were set, within limits.
///
/// An array, because a span has a dozen attributes: looking through them is cheaper than hashing.
public struct AttributeList: Sendable, Hashable {
  /// The attributes that were kept.
  public private(set) var elements: [Attribute]
  /// How many were refused because the list was full.
  public private(set) var droppedCount = 0

  /// An empty list.
  public init() {
    elements = []
  }

  /// The first of the given attributes that fit; the caller sees to it that no name occurs twice.
  init(uniqueKeys attributes: [Attribute], limits: AttributeLimits) {
    if attributes.count <= limits.count {
      elements = attributes
    } else {
      elements = Array(attributes.prefix(limits.count))
      droppedCount = attributes.count - limits.count
    }
    guard let length = limits.valueLength else { return }
    for index in elements.indices { elements[index].value.truncate(to: length) }
  }

  /// The given attributes, the newest value of each name, as far as they fit.
  init(_ attributes: [Attribute], limits: AttributeLimits) {
    self.init()
    for attribute in attributes { set(attribute, limits: limits) }
  }

  /// Sets an attribute; the newest value of a name wins, and a new name that finds the list full is counted instead.
  mutating func set(_ attribute: consuming Attribute, limits: AttributeLimits) {
    if let length = limits.valueLength { attribute.value.truncate(to: length) }
    if let index = index(of: attribute.key) {
      elements[index] = attribute
    } else if elements.count < limits.count {
      elements.append(attribute)
    } else {
      droppedCount += 1
    }
  }

  /// The value of that name.
  public subscript(key: AttributeKey) -> AttributeValue? {
    index(of: key).map { elements[$0].value }
  }

  private func index(of key: AttributeKey) -> Int? {
    // By index in a span: a loop over the array counts the references of each attribute.
    let elements = elements.span
    for index in elements.indices where elements[index].key == key { return index }
    return nil
  }
}

extension AttributeValue {
  /// Shortens each text to that many characters, counted as Unicode scalars (OpenTelemetry common, "Attribute Limits").
  mutating func truncate(to length: Int) {
    switch self {
    case .string(let text):
      if text.utf8.count > length { self = .string(Self.prefix(of: text, length)) }
    case .stringArray(let texts):
      self = .stringArray(texts.map { Self.prefix(of: $0, length) })
    case .int, .double, .bool, .intArray, .doubleArray, .boolArray:
      break
    }
  }

  private static func prefix(of text: String, _ length: Int) -> String {
    String(text.unicodeScalars.prefix(length))
  }
}
