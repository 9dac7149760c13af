import FoundationEssentials
import OTLPMessages

/// An attribute in a search answer: OTLP's `KeyValue` in protobuf's JSON, in which 64-bit integers are texts.
struct SpanAttribute: Encodable, Sendable {
  let key: String
  let value: Opentelemetry_Proto_Common_V1_AnyValue

  private enum Keys: String, CodingKey {
    case key, value, values
    case stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(key, forKey: .key)
    try container.encode(Value(value), forKey: .value)
  }

  private struct Value: Encodable {
    let value: Opentelemetry_Proto_Common_V1_AnyValue

    init(_ value: Opentelemetry_Proto_Common_V1_AnyValue) {
      self.value = value
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Keys.self)
      switch value.value {
      case .stringValue(let text): try container.encode(text, forKey: .stringValue)
      case .boolValue(let bool): try container.encode(bool, forKey: .boolValue)
      case .intValue(let number): try container.encode(String(number), forKey: .intValue)
      // JSON has no word for what is no number or infinite; protobuf writes a text.
      case .doubleValue(let number) where number.isNaN: try container.encode("NaN", forKey: .doubleValue)
      case .doubleValue(let number) where number.isInfinite:
        try container.encode(number < 0 ? "-Infinity" : "Infinity", forKey: .doubleValue)
      case .doubleValue(let number): try container.encode(number, forKey: .doubleValue)
      case .bytesValue(let bytes): try container.encode(bytes.base64EncodedString(), forKey: .bytesValue)
      case .arrayValue(let array):
        var values = container.nestedContainer(keyedBy: Keys.self, forKey: .arrayValue)
        try values.encode(array.values.map(Value.init), forKey: .values)
      case .kvlistValue(let list):
        var values = container.nestedContainer(keyedBy: Keys.self, forKey: .kvlistValue)
        try values.encode(list.values.map { SpanAttribute(key: $0.key, value: $0.value) }, forKey: .values)
      case .stringValueStrindex, nil: break
      }
    }
  }
}
