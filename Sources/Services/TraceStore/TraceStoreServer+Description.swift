import ServiceCore
import Telemetry

/// What the store's description says of its routes.
extension TraceStoreServer {
  static let export = APIOperation(
    "Takes spans",
    bodyMediaTypes: [OTLPFormat.protobuf.contentType, OTLPFormat.json.contentType],
    answers: [
      APIOperation.Answer(200, "They are kept, or the answer says which are not"),
      APIOperation.Answer(400, "The body cannot be read"), APIOperation.Answer(413, "The body is too large"),
      APIOperation.Answer(415, "The body is of another type"), APIOperation.Answer(429, "Too many exports are in work"),
    ]
  )

  static let drop = APIOperation(
    "Takes another signal and drops it",
    bodyMediaTypes: [OTLPFormat.protobuf.contentType, OTLPFormat.json.contentType],
    answers: [
      APIOperation.Answer(200, "It is dropped, and the answer says so"),
      APIOperation.Answer(413, "The body is too large"), APIOperation.Answer(415, "The body is of another type"),
    ]
  )

  static let preflight = APIOperation(
    "Whether a page may export",
    answers: [APIOperation.Answer(204, "The header fields say so", mediaType: nil)]
  )

  static let trace = APIOperation(
    "One trace",
    parameters: [
      APIOperation.Parameter(
        "id",
        in: .path,
        schema: ["type": "string", "pattern": "^0*[1-9a-fA-F][0-9a-fA-F]*$", "maxLength": 32]
      )
    ],
    answers: [APIOperation.Answer(200, "The trace"), text(400, "The id is none"), text(404, "The trace is not here")]
  )

  static let search = APIOperation(
    "The newest traces that fit",
    parameters: [
      parameter("q"), parameter("tags"), parameter("minDuration"), parameter("maxDuration"),
      parameter("start", number), parameter("end", number),
      parameter("limit", count), parameter("spss", count),
    ],
    answers: [APIOperation.Answer(200, "The traces"), text(400, "A parameter cannot be read")]
  )

  static let tagNames = APIOperation(
    "The names of the attributes that spans have",
    parameters: [
      parameter("scope", ["type": "string", "enum": .array(tagScopes.map { .string($0) })]),
      parameter("start", number), parameter("end", number),
    ],
    answers: [APIOperation.Answer(200, "The names"), text(400, "A parameter cannot be read")]
  )

  static let tagValues = APIOperation(
    "The values that an attribute or field has",
    parameters: [
      APIOperation.Parameter("tag", in: .path, schema: ["type": "string", "minLength": 1]), parameter("q"),
      parameter("start", number), parameter("end", number),
    ],
    answers: [APIOperation.Answer(200, "The values"), text(400, "A parameter cannot be read")]
  )

  static let buildInformation = APIOperation("The version", answers: [APIOperation.Answer(200, "The version")])

  /// A route that always answers the same words.
  static func text(_ meaning: String) -> APIOperation {
    APIOperation(meaning, answers: [text(200, "It says so")])
  }

  private static func text(_ status: Int, _ meaning: String) -> APIOperation.Answer {
    APIOperation.Answer(status, meaning, mediaType: "text/plain", schema: ["type": "string"])
  }

  private static let number = orNothing(["type": "number"])
  private static let count = orNothing(["type": "integer", "minimum": 1])

  /// An empty parameter counts as none: forms send those that nobody has filled in.
  private static func orNothing(_ schema: JSONValue) -> JSONValue {
    ["anyOf": [schema, ["type": "string", "maxLength": 0]]]
  }

  private static func parameter(_ name: String, _ schema: JSONValue = ["type": "string"]) -> APIOperation.Parameter {
    APIOperation.Parameter(name, isRequired: false, schema: schema)
  }
}
