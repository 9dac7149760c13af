public import LoopHTTP
public import ServiceCore
import Telemetry

/// A die: what can come up, and how often it fails.
public struct DieSpecification: Sendable, Hashable {
  /// What can come up, each with the same probability; never empty.
  public let faces: [Int]
  /// The share of rolls that fail, from 0 to 1.
  public let errorRate: Double

  /// Reads `{"faces":[1,2],"error_rate":0.1}`; throws a sentence about the first fault.
  public init(_ json: JSONValue) throws(DieSpecificationFault) {
    let items = json["faces"]?.items ?? []
    let faces = items.compactMap(\.integer).filter(Self.faceRange.contains)
    guard !items.isEmpty, items.count <= Self.faceLimit, faces.count == items.count else {
      let range = "from \(Self.faceRange.lowerBound) to \(Self.faceRange.upperBound)"
      throw DieSpecificationFault(reason: "\"faces\" must be 1 to \(Self.faceLimit) integers \(range)")
    }
    guard let errorRate = json["error_rate"]?.double, (0...1).contains(errorRate) else {
      throw DieSpecificationFault(reason: "\"error_rate\" must be a number from 0 to 1")
    }
    self.faces = faces
    self.errorRate = errorRate
  }

  init(faces: [Int], errorRate: Double) {
    self.faces = faces
    self.errorRate = errorRate
  }

  /// More faces than any die has, and still an answer of some kilobytes.
  private static let faceLimit = 1000

  /// What a JSON number carries exactly wherever it is read as a double (RFC 8259 §6), so that a batch's sum fits as well.
  private static let faceRange = -(1 << 53)...(1 << 53)

  /// The answer that a die of that name gets, from the die-service and from who passes it on:
  /// `{"identifier":"risky","specification":{"faces":[1,2],"error_rate":0.1}}`.
  public func response(named identifier: String) -> Response {
    .json { bytes in
      bytes.append(contentsOf: #"{"identifier":"#.utf8)
      bytes.append(json: identifier)
      bytes.append(contentsOf: #","specification":{"faces":"#.utf8)
      bytes.append(jsonArray: faces) { $0.append(json: $1) }
      bytes.append(contentsOf: #","error_rate":"#.utf8)
      errorRateText.append(to: &bytes)
      bytes.append(contentsOf: "}}".utf8)
    }
  }

  /// The error rate without a fraction where it has none, as it is written in a file.
  private var errorRateText: JSONValue {
    errorRate == errorRate.rounded() ? .number(String(Int(errorRate))) : .number(String(errorRate))
  }
}

/// Why a JSON value is no die.
public struct DieSpecificationFault: Error, Hashable, Sendable {
  /// A sentence without its end.
  public let reason: String
}
