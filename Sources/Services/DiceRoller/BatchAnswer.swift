public import ServiceCore
import Telemetry

/// What `/roll-async` answers: `{"total":6,"rolls":[2,4],"count":2}`.
public struct BatchAnswer: RollerAnswer, Hashable {
  /// The sum.
  public let total: Int
  /// What came up, in the order of the rolls.
  public let rolls: [Int]

  /// No sum of a batch is too large for an integer: see `DieSpecification.init`.
  init(rolls: [Int]) {
    self.rolls = rolls
    total = rolls.reduce(0, +)
  }

  /// See `RollerAnswer`. Whether the numbers fit each other is not looked at.
  public init?(_ json: JSONValue) {
    guard let total = json["total"]?.integer, let items = json["rolls"]?.items else { return nil }
    let rolls = items.compactMap(\.integer)
    guard rolls.count == items.count else { return nil }
    self.total = total
    self.rolls = rolls
  }

  /// See `RollerAnswer`.
  public func appendUnclosed(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: #"{"total":"#.utf8)
    bytes.append(json: total)
    bytes.append(contentsOf: #","rolls":"#.utf8)
    bytes.append(jsonArray: rolls) { $0.append(json: $1) }
    bytes.append(contentsOf: #","count":"#.utf8)
    bytes.append(json: rolls.count)
  }

  static let schema: JSONValue = [
    "type": "object",
    "required": ["total", "rolls", "count"],
    "properties": [
      "total": ["type": "integer"],
      "rolls": ["type": "array", "items": ["type": "integer"]],
      "count": ["type": "integer"],
    ],
  ]
}
