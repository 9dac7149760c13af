/// What the description of a service says of one route (OpenAPI 3.1, "Operation Object").
public struct APIOperation: Sendable {
  /// A parameter of a request.
  public struct Parameter: Sendable {
    /// Its name.
    public var name: String
    /// `query` or `path`.
    public var place = ParameterFault.Place.query
    /// Whether it must be there.
    public var isRequired = true
    /// What it looks like (JSON Schema).
    public var schema: JSONValue

    /// A parameter, by default a required one of the query.
    public init(_ name: String, in place: ParameterFault.Place = .query, isRequired: Bool = true, schema: JSONValue) {
      self.name = name
      self.place = place
      self.isRequired = isRequired
      self.schema = schema
    }
  }

  /// An answer.
  public struct Answer: Sendable {
    /// The status code.
    public var status: Int
    /// When it is given.
    public var meaning: String
    /// The media type of its body; nil for none.
    public var mediaType: String?
    /// What a JSON body looks like (JSON Schema).
    public var schema: JSONValue

    /// An answer, by default of JSON.
    public init(
      _ status: Int,
      _ meaning: String,
      mediaType: String? = "application/json",
      schema: JSONValue = ["type": "object"]
    ) {
      self.status = status
      self.meaning = meaning
      self.mediaType = mediaType
      self.schema = schema
    }

    /// An answer `{"detail":"…"}`.
    public static func detail(_ status: Int, _ meaning: String) -> Answer {
      Answer(status, meaning, schema: ["$ref": "#/components/schemas/Detail"])
    }

    /// 422 for parameters that break their rules.
    public static let faults = Answer(
      422,
      "A parameter is missing or breaks its rule",
      schema: ["$ref": "#/components/schemas/Faults"]
    )
  }

  /// One sentence.
  public var summary: String
  /// In the order in which faults are reported.
  public var parameters: [Parameter]
  /// The media types that a request's body may have; none where no body is expected.
  public var bodyMediaTypes: [String]
  /// Every answer it may give.
  public var answers: [Answer]

  /// An operation, by default without parameters and without a body.
  public init(_ summary: String, parameters: [Parameter] = [], bodyMediaTypes: [String] = [], answers: [Answer]) {
    self.summary = summary
    self.parameters = parameters
    self.bodyMediaTypes = bodyMediaTypes
    self.answers = answers
  }
}
