/// OpenTelemetry's `http.client.request.duration`.
public final class HTTPClientMetrics: Sendable {
  /// One attempt of a request when it is over.
  public struct Attempt: Sendable {
    /// The method sent.
    public var method: String
    /// The status received; nil when there was no answer, or not all of it.
    public var status: Int?
    /// `http` or `https`.
    public var scheme: String
    /// `1.0` or `1.1`; nil when there was no answer, or not all of it.
    public var protocolVersion: String?
    /// What went wrong, one of few values (`timeout`, `connection_refused`, a status of 400 or more); nil when nothing did.
    public var errorType: String?
    /// The host of the URL, from the service's configuration.
    public var serverAddress: String
    /// Its port.
    public var serverPort: Int
    /// From the start of the attempt to the end of the answer.
    public var seconds: Double
    /// The client span.
    public var span: SpanReference?

    /// An attempt that went well; what else there is to say is set afterwards.
    public init(method: String, status: Int?, serverAddress: String, serverPort: Int, seconds: Double) {
      self.method = method
      self.status = status
      self.serverAddress = serverAddress
      self.serverPort = serverPort
      self.seconds = seconds
      scheme = "http"
    }
  }

  private let duration: MetricFamily<HistogramCell>

  /// Registers the family.
  public init(_ registry: MetricsRegistry) {
    duration = registry.histogram(.httpClientRequestDuration)
  }

  /// Counts the attempt.
  public func record(_ attempt: Attempt) {
    duration(
      HTTPMethodLabel.value(of: attempt.method),
      attempt.status.map(String.init) ?? "",
      attempt.scheme,
      attempt.protocolVersion ?? "",
      attempt.errorType ?? "",
      attempt.serverAddress,
      String(attempt.serverPort)
    ).observe(attempt.seconds, in: attempt.span)
  }
}
