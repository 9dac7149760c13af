public import ServiceCore

/// What the descriptions of die-service and frontend say of the route that they share.
public enum DiceOperation {
  /// `GET /dice`; `failures` are those of a service that passes the answers on.
  public static func dice(failures: [APIOperation.Answer] = []) -> APIOperation {
    APIOperation(
      "The names of the dice, or one die's specification",
      parameters: [APIOperation.Parameter("identifier", isRequired: false, schema: ["type": "string"])],
      answers: [
        APIOperation.Answer(200, "The names, or the specification", schema: schema),
        .detail(404, "No die has that name"),
      ] + failures
    )
  }

  private static let schema: JSONValue = [
    "type": "object", "anyOf": [["required": ["identifiers"]], ["required": ["identifier", "specification"]]],
  ]
}
