import Logging

extension AttributeValue {
  /// A field's value in swift-log. Attributes do not nest: an array of anything but texts, and a dictionary, become text.
  init(_ field: Logger.MetadataValue) {
    switch field {
    case .string(let text): self = .string(text)
    case .stringConvertible(let value): self.init(value)
    case .array(let values):
      let texts = values.map { value -> String? in if case .string(let text) = value { text } else { nil } }
      self = texts.contains(nil) ? .string(field.description) : .stringArray(texts.compactMap(\.self))
    case .dictionary: self = .string(field.description)
    }
  }

  /// A value in the type of attributes that has room for it; text where none has.
  private init(_ value: any CustomStringConvertible & Sendable) {
    switch value {
    case let number as Double: self = .double(number)
    case let number as Float: self = .double(Double(number.description) ?? Double(number))
    case let number as any BinaryInteger:
      self = Int64(exactly: number).map { .int($0) } ?? .string(number.description)
    case let bool as Bool: self = .bool(bool)
    case let numbers as [Int]: self = .intArray(numbers.map(Int64.init))
    case let numbers as [Double]: self = .doubleArray(numbers)
    case let texts as [String]: self = .stringArray(texts)
    default: self = .string(value.description)
    }
  }
}
