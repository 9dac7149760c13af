import Logging

extension LogRecord {
  /// The event's own fields as attributes, in the order of `LogFieldOrder`.
  var attributes: [Attribute] {
    LogFieldOrder.sorted(fields).map { Attribute(AttributeKey($0.key), AttributeValue($0.value)) }
  }
}

extension Logger.MetadataValue {
  /// An attribute's value as a field that keeps its type in JSON.
  init(_ value: AttributeValue) {
    self =
      switch value {
      case .string(let text): .string(text)
      case .int(let number): .stringConvertible(number)
      case .double(let number): .stringConvertible(number)
      case .bool(let isTrue): .stringConvertible(isTrue)
      case .stringArray(let texts): .array(texts.map { .string($0) })
      case .intArray(let numbers): .stringConvertible(numbers.map { Int($0) })
      case .doubleArray(let numbers): .stringConvertible(numbers)
      case .boolArray(let values): .array(values.map { .stringConvertible($0) })
      }
  }
}

extension AttributeValue {
  /// A field's value. Attributes do not nest: an array of anything but texts, and a dictionary, become text.
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
  init(_ value: any CustomStringConvertible & Sendable) {
    // A cast that fails costs far more than the question for the type, so the types that fields have are asked for first.
    let type: any Any.Type = type(of: value)
    if type == Int.self, let number = value as? Int {
      self = .int(Int64(number))
    } else if type == Double.self, let number = value as? Double {
      self = .double(number)
    } else if type == Bool.self, let bool = value as? Bool {
      self = .bool(bool)
    } else if type == [Int].self, let numbers = value as? [Int] {
      self = .intArray(numbers.map(Int64.init))
    } else if type == [String].self, let texts = value as? [String] {
      self = .stringArray(texts)
    } else if type == [Double].self, let numbers = value as? [Double] {
      self = .doubleArray(numbers)
    } else if let number = value as? Float {
      self = .double(Double(number.description) ?? Double(number))
    } else if let number = value as? any BinaryInteger {
      self = Int64(exactly: number).map { .int($0) } ?? .string(number.description)
    } else {
      self = .string(value.description)
    }
  }
}
