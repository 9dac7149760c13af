import LoopHTTP
import Telemetry

extension String {
  /// The text as a value within a query: everything but RFC 3986's unreserved characters as `%XX`.
  public var queryEncoded: String { PercentEncoding.encode(self, allowing: ByteClass.isUnreserved) }
}

extension ByteClass {
  /// `unreserved` of RFC 3986 §2.3.
  fileprivate static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
