public import HTTPTypes
public import LoopHTTP
import Telemetry

extension Response {
  /// A JSON answer of the bytes that `write` appends.
  public static func json(status: HTTPResponse.Status = .ok, _ write: (inout [UInt8]) -> Void) -> Response {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(typicalBodyBytes)
    write(&bytes)
    return Response(status: status, contentType: .json, body: .bytes(bytes))
  }

  /// `{"detail":"…"}`, and `"trace_id"` after it where one is given.
  public static func detail(_ status: HTTPResponse.Status, _ detail: String, traceID: String? = nil) -> Response {
    self.detail(status, .string(detail), traceID: traceID)
  }

  /// The same for a detail that need not be a text, such as a list of faults.
  public static func detail(_ status: HTTPResponse.Status, _ detail: JSONValue, traceID: String? = nil) -> Response {
    json(status: status) { bytes in
      bytes.append(contentsOf: #"{"detail":"#.utf8)
      detail.append(to: &bytes)
      if let traceID {
        bytes.append(contentsOf: #","trace_id":"#.utf8)
        bytes.append(json: traceID)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// The `detail` of an error; one that may pass (503) says when to ask again (RFC 9110 §10.2.3).
  public static func failure(_ error: HTTPError, traceID: String? = nil) -> Response {
    var response = detail(error.status, error.detail, traceID: traceID)
    if error.status == .serviceUnavailable { response.append(.retryAfter, "1") }
    return response
  }

  /// A JSON answer of a tree.
  public static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
    json(status: status) { value.append(to: &$0) }
  }

  /// Most answers in one allocation.
  private static var typicalBodyBytes: Int { 128 }
}
