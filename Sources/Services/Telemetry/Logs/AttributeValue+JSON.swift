/// An attribute's value as JSON, with its type.
extension AttributeValue {
  /// The bytes that the value needs at most.
  @inline(__always)
  var jsonRoom: Int {
    switch self {
    case .string(let text): JSONRoom.string(text)
    case .int, .double, .bool: JSONRoom.number
    case .stringArray(let texts): JSONRoom.array(texts, JSONRoom.string)
    case .intArray(let numbers): JSONRoom.array(numbers) { _ in JSONRoom.number }
    case .doubleArray(let numbers): JSONRoom.array(numbers) { _ in JSONRoom.number }
    case .boolArray(let bools): JSONRoom.array(bools) { _ in JSONRoom.number }
    }
  }
}

extension OutputSpan<UInt8> {
  /// Appends the value of an attribute. There must be ``AttributeValue/jsonRoom``.
  @inline(__always)
  mutating func append(json value: borrowing AttributeValue) {
    switch value {
    case .string(let text): append(json: text)
    case .int(let number): append(json: number)
    case .double(let number): append(json: number)
    case .bool(let bool): append(json: bool)
    case .stringArray(let texts): append(jsonArray: texts) { $0.append(json: $1) }
    case .intArray(let numbers): append(jsonArray: numbers) { $0.append(json: $1) }
    case .doubleArray(let numbers): append(jsonArray: numbers) { $0.append(json: $1) }
    case .boolArray(let bools): append(jsonArray: bools) { $0.append(json: $1) }
    }
  }
}
