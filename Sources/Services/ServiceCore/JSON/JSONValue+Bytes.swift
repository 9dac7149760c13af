import Telemetry

extension JSONValue {
  /// The compact text.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  /// Appends the compact text.
  public func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let bool): bytes.append(json: bool)
    case .number(let text): bytes.append(contentsOf: text.utf8)
    case .string(let text): bytes.append(json: text)
    case .array(let items): bytes.append(jsonArray: items) { $1.append(to: &$0) }
    case .object(let members):
      var separator = UInt8(ascii: "{")
      for member in members {
        bytes.append(separator)
        separator = UInt8(ascii: ",")
        bytes.append(json: member.name)
        bytes.append(UInt8(ascii: ":"))
        member.value.append(to: &bytes)
      }
      if members.isEmpty { bytes.append(separator) }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
