/// The answer of `/json?die=…`, serialised anew for each request. Every Swift peer uses this same code, so that servers are
/// compared and not JSON encoders.
public struct DiePayload {
  /// The name that the client asked for; it can need escapes.
  public var identifier: String
  /// What its sides show.
  public var faces: [Int]
  /// How often it fails.
  public var errorRate: Double

  /// A die of six sides that never fails.
  public init(identifier: String) {
    self.identifier = identifier
    faces = DiePayload.sixFaces
    errorRate = 0
  }

  private static let sixFaces = [1, 2, 3, 4, 5, 6]

  /// The JSON text: `{"identifier":"fair","specification":{"faces":[1,2,3,4,5,6],"error_rate":0.0}}`.
  public var json: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128)
    bytes += DiePayload.beforeIdentifier
    for byte in identifier.utf8 { bytes.append(jsonEscaped: byte) }
    bytes += DiePayload.beforeFaces
    for index in faces.indices {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: String(faces[index]).utf8)
    }
    bytes += DiePayload.beforeErrorRate
    bytes.append(contentsOf: String(errorRate).utf8)
    bytes += DiePayload.end
    return bytes
  }

  private static let beforeIdentifier = Array(#"{"identifier":""#.utf8)
  private static let beforeFaces = Array(#"","specification":{"faces":["#.utf8)
  private static let beforeErrorRate = Array(#"],"error_rate":"#.utf8)
  private static let end = Array("}}".utf8)
}

extension [UInt8] {
  fileprivate mutating func append(jsonEscaped byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0..<0x20:
      append(contentsOf: #"\u00"#.utf8)
      append(contentsOf: [hexadecimal(byte >> 4), hexadecimal(byte & 0xf)])
    default: append(byte)
    }
  }

  private func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }
}
