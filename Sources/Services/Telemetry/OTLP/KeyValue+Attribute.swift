package import OTLPMessages
import SwiftProtobuf

extension Opentelemetry_Proto_Common_V1_KeyValue {
  package init(_ attribute: Attribute) {
    self.init()
    key = attribute.key.name
    value = Opentelemetry_Proto_Common_V1_AnyValue(attribute.value)
  }
}

extension Opentelemetry_Proto_Resource_V1_Resource {
  init(_ resource: Resource) {
    self.init()
    attributes = resource.attributes.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
  }
}

extension Opentelemetry_Proto_Common_V1_AnyValue {
  package init(_ attribute: AttributeValue) {
    self.init()
    switch attribute {
    case .string(let value): stringValue = value
    case .int(let value): intValue = value
    case .double(let value): doubleValue = value
    case .bool(let value): boolValue = value
    case .stringArray(let values): arrayValue = Self.array(values) { $0.stringValue = $1 }
    case .intArray(let values): arrayValue = Self.array(values) { $0.intValue = $1 }
    case .doubleArray(let values): arrayValue = Self.array(values) { $0.doubleValue = $1 }
    case .boolArray(let values): arrayValue = Self.array(values) { $0.boolValue = $1 }
    }
  }

  private static func array<Element>(
    _ elements: [Element],
    _ set: (inout Self, Element) -> Void
  ) -> Opentelemetry_Proto_Common_V1_ArrayValue {
    .with { array in
      array.values = elements.map { element in .with { set(&$0, element) } }
    }
  }
}
