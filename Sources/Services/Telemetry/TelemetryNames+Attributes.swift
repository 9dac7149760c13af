/// The attribute names that spans use. Stable semantic conventions first, the dice services' own after them.
extension AttributeKey {
  // HTTP, https://opentelemetry.io/docs/specs/semconv/http/http-spans/
  static let clientAddress: AttributeKey = "client.address"
  static let errorType: AttributeKey = "error.type"
  static let httpRequestMethod: AttributeKey = "http.request.method"
  static let httpRequestMethodOriginal: AttributeKey = "http.request.method_original"
  static let httpRequestResendCount: AttributeKey = "http.request.resend_count"
  static let httpResponseStatusCode: AttributeKey = "http.response.status_code"
  static let httpRoute: AttributeKey = "http.route"
  static let networkPeerAddress: AttributeKey = "network.peer.address"
  static let networkPeerPort: AttributeKey = "network.peer.port"
  static let networkProtocolVersion: AttributeKey = "network.protocol.version"
  static let serverAddress: AttributeKey = "server.address"
  static let serverPort: AttributeKey = "server.port"
  static let urlFull: AttributeKey = "url.full"
  static let urlPath: AttributeKey = "url.path"
  static let urlQuery: AttributeKey = "url.query"
  static let urlScheme: AttributeKey = "url.scheme"
  static let userAgentOriginal: AttributeKey = "user_agent.original"

  // Exceptions, https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/
  static let exceptionMessage: AttributeKey = "exception.message"
  static let exceptionType: AttributeKey = "exception.type"

  // Resource, https://opentelemetry.io/docs/specs/semconv/resource/
  static let containerID: AttributeKey = "container.id"
  static let hostArchitecture: AttributeKey = "host.arch"
  static let hostName: AttributeKey = "host.name"
  static let osType: AttributeKey = "os.type"
  static let processExecutableName: AttributeKey = "process.executable.name"
  static let processExecutablePath: AttributeKey = "process.executable.path"
  static let processID: AttributeKey = "process.pid"
  static let processRuntimeName: AttributeKey = "process.runtime.name"
  static let serviceInstanceID: AttributeKey = "service.instance.id"
  static let serviceName: AttributeKey = "service.name"
  static let serviceVersion: AttributeKey = "service.version"
  static let telemetrySDKLanguage: AttributeKey = "telemetry.sdk.language"
  static let telemetrySDKName: AttributeKey = "telemetry.sdk.name"
  static let telemetrySDKVersion: AttributeKey = "telemetry.sdk.version"

  // The dice services
  /// How many rolls a batch asks for.
  public static let asyncBatchSize: AttributeKey = "async.batch_size"
  /// Whether a roll was given up because its batch ended first.
  public static let asyncCancelled: AttributeKey = "async.cancelled"
  /// Whether a simulated user asks for a batch.
  public static let asyncEnabled: AttributeKey = "async.enabled"
  /// A roll's place in its batch, from 0.
  public static let asyncRollIndex: AttributeKey = "async.roll_index"
  /// The sum of a batch.
  public static let asyncTotalResult: AttributeKey = "async.total_result"
  /// Seconds until the backend's answer.
  public static let backendDuration: AttributeKey = "backend.duration"
  /// The backend's status.
  public static let backendStatusCode: AttributeKey = "backend.status_code"
  /// The backend's address.
  public static let backendURL: AttributeKey = "backend.url"
  /// How many dice there are.
  public static let dieCount: AttributeKey = "die.count"
  /// Whether a roll failed its draw.
  public static let dieError: AttributeKey = "die.error"
  /// The share of rolls that fail.
  public static let dieErrorRate: AttributeKey = "die.error_rate"
  /// A die's faces.
  public static let dieFaces: AttributeKey = "die.faces"
  /// Whether the die is specified.
  public static let dieFound: AttributeKey = "die.found"
  /// The die that was asked for.
  public static let dieIdentifier: AttributeKey = "die.identifier"
  /// The face that came up.
  public static let dieResult: AttributeKey = "die.result"
  /// The die that is rolled.
  public static let dieType: AttributeKey = "die.type"
  /// The die that die-service is asked for.
  public static let dieServiceIdentifier: AttributeKey = "die_service.identifier"
  /// Whether it is the incident that failed a roll, and not its die.
  public static let incidentError: AttributeKey = "incident.error"
  /// The incident during which a roll began, counted from 1.
  public static let incidentNumber: AttributeKey = "incident.number"
  /// A simulated user's request, counted from 1.
  public static let requestNumber: AttributeKey = "request.number"
  /// How a simulated user's request went.
  public static let requestStatus: AttributeKey = "request.status"
  /// `get` or `list`.
  public static let requestType: AttributeKey = "request.type"
  /// The face that the user got.
  public static let rollValue: AttributeKey = "roll.value"
  /// The simulated user.
  public static let userID: AttributeKey = "user.id"
}
