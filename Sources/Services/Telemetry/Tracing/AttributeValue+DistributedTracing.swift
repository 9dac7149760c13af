import Tracing

extension AttributeValue {
  /// The value of swift-distributed-tracing's attribute; nil for a case that its enum keeps to itself.
  init?(_ attribute: SpanAttribute) {
    switch attribute {
    case .int32(let value): self = .int(Int64(value))
    case .int64(let value): self = .int(value)
    case .int32Array(let values): self = .intArray(values.map(Int64.init))
    case .int64Array(let values): self = .intArray(values)
    case .double(let value): self = .double(value)
    case .doubleArray(let values): self = .doubleArray(values)
    case .bool(let value): self = .bool(value)
    case .boolArray(let values): self = .boolArray(values)
    case .string(let value): self = .string(value)
    case .stringArray(let values): self = .stringArray(values)
    case .stringConvertible(let value): self = .string(value.description)
    case .stringConvertibleArray(let values): self = .stringArray(values.map(\.description))
    // The enum forbids switches without a default.
    default: return nil
    }
  }

  /// The value as swift-distributed-tracing's attribute.
  var spanAttribute: SpanAttribute {
    switch self {
    case .string(let value): .string(value)
    case .int(let value): .int64(value)
    case .double(let value): .double(value)
    case .bool(let value): .bool(value)
    case .stringArray(let values): .stringArray(values)
    case .intArray(let values): .int64Array(values)
    case .doubleArray(let values): .doubleArray(values)
    case .boolArray(let values): .boolArray(values)
    }
  }
}
