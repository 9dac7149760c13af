import LoopHTTP

/// `KeyValue` of opentelemetry/proto/common/v1/common.proto.
extension Attribute: ProtobufMessage {
  @inline(__always)
  var encodedSize: Int {
    ProtobufSize.text(key.name) + ProtobufSize.delimited(value.encodedSize)
  }

  @inline(__always)
  func write(to output: inout OutputSpan<UInt8>) {
    output.text(1, key.name)
    output.message(2, value)
  }
}

/// `AnyValue` of common.proto, a oneof.
extension AttributeValue: ProtobufMessage {
  @inline(__always)
  var encodedSize: Int {
    switch self {
    case .string(let text): ProtobufSize.delimited(text.utf8.count)
    case .bool: 2
    case .int(let number): 1 + ProtobufSize.varint(UInt64(bitPattern: number))
    case .double: ProtobufSize.fixed64
    case .stringArray, .intArray, .doubleArray, .boolArray: ProtobufSize.delimited(memberSize)
    }
  }

  @inline(__always)
  func write(to output: inout OutputSpan<UInt8>) {
    switch self {
    case .string(let text): output.alwaysText(1, text)
    case .bool(let bool): output.alwaysInteger(2, bool ? 1 : 0)
    case .int(let number): output.alwaysInteger(3, UInt64(bitPattern: number))
    case .double(let number): output.fixed64(4, number.bitPattern)
    case .stringArray, .intArray, .doubleArray, .boolArray:
      output.delimited(5, memberSize)
      writeMembers(to: &output)
    }
  }

  /// Of an `ArrayValue`: each member is an `AnyValue`.
  private var memberSize: Int {
    switch self {
    case .stringArray(let texts): Self.size(texts) { ProtobufSize.delimited($0.utf8.count) }
    case .intArray(let numbers): Self.size(numbers) { 1 + ProtobufSize.varint(UInt64(bitPattern: $0)) }
    case .doubleArray(let numbers): numbers.count * ProtobufSize.delimited(ProtobufSize.fixed64)
    case .boolArray(let bools): bools.count * ProtobufSize.delimited(2)
    case .string, .int, .double, .bool: 0
    }
  }

  private func writeMembers(to output: inout OutputSpan<UInt8>) {
    switch self {
    case .stringArray(let texts):
      for text in texts {
        output.delimited(1, ProtobufSize.delimited(text.utf8.count))
        output.alwaysText(1, text)
      }
    case .intArray(let numbers):
      for number in numbers {
        output.delimited(1, 1 + ProtobufSize.varint(UInt64(bitPattern: number)))
        output.alwaysInteger(3, UInt64(bitPattern: number))
      }
    case .doubleArray(let numbers):
      for number in numbers {
        output.delimited(1, ProtobufSize.fixed64)
        output.fixed64(4, number.bitPattern)
      }
    case .boolArray(let bools):
      for bool in bools {
        output.delimited(1, 2)
        output.alwaysInteger(2, bool ? 1 : 0)
      }
    case .string, .int, .double, .bool: break
    }
  }

  @inline(__always)
  private static func size<Member>(_ members: [Member], _ valueSize: (Member) -> Int) -> Int {
    var size = 0
    for member in members { size += ProtobufSize.delimited(valueSize(member)) }
    return size
  }
}
