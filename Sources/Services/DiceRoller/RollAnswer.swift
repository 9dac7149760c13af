public import ServiceCore
import Telemetry

/// What `/roll` answers: `{"roll":4}`.
public struct RollAnswer: RollerAnswer, Hashable {
  /// What came up.
  public let roll: Int

  init(roll: Int) {
    self.roll = roll
  }

  /// See `RollerAnswer`.
  public init?(_ json: JSONValue) {
    guard let roll = json["roll"]?.integer else { return nil }
    self.roll = roll
  }

  /// See `RollerAnswer`.
  public func appendUnclosed(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: #"{"roll":"#.utf8)
    bytes.append(json: roll)
  }

  static let schema: JSONValue = [
    "type": "object", "required": ["roll"], "properties": ["roll": ["type": "integer"]],
  ]
}
