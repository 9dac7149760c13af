public import ServiceCore

/// What the descriptions of dice-roller and frontend say of the two routes that they share.
public enum RollOperations {
  /// `GET /roll`
  public static let roll = APIOperation(
    "Rolls a die once",
    parameters: [die],
    answers: [APIOperation.Answer(200, "What came up", schema: RollAnswer.schema)] + failures
  )

  /// `GET /roll-async`
  public static let rollAsync = APIOperation(
    "Rolls a die several times at once",
    parameters: [
      die,
      APIOperation.Parameter("times", schema: times),
    ],
    answers: [APIOperation.Answer(200, "What came up, in order", schema: BatchAnswer.schema)] + failures
  )

  private static let times: JSONValue = [
    "type": "integer", "minimum": .number(String(DiceRollerServer.batchSizes.lowerBound)),
    "maximum": .number(String(DiceRollerServer.batchSizes.upperBound)),
  ]

  private static let die = APIOperation.Parameter("die", schema: ["type": "string"])

  private static let failures: [APIOperation.Answer] = [
    .detail(404, "No die has that name"), .faults, .detail(500, "The die failed"),
    .detail(502, "A service gave an answer that makes no sense"), .detail(503, "A service cannot be reached"),
    .detail(504, "A service gave no answer in time"),
  ]
}
