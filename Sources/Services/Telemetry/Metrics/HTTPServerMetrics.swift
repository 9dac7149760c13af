import LoopHTTP

/// The HTTP families of a service, and the one place where a finished exchange is recorded into all of them.
public final class HTTPServerMetrics: Sendable {
  /// An exchange when it is over.
  public struct Exchange: Sendable {
    /// The method as sent.
    public var method: String
    /// The route's template; nil when no route matched.
    public var route: String?
    /// The status sent; nil when the exchange ended before there was one.
    public var status: Int?
    /// `http` or `https`.
    public var scheme: String
    /// `1.0` or `1.1`.
    public var protocolVersion: String
    /// What went wrong, one of few values; nil when nothing did.
    public var errorType: String?
    /// From the request's head to the last byte of the answer.
    public var seconds: Double
    /// The request's Content-Length; nil counts as 0.
    public var requestBytes: Int?
    /// The answer's Content-Length; nil counts as 0.
    public var responseBytes: Int?
    /// The server span.
    public var span: SpanReference?
  }

  /// Everything of an exchange that is a label.
  private struct Labels: Hashable, Sendable {
    var method: String
    /// Empty where no route matched.
    var route: String
    var status: Int?
    var scheme: String
    var protocolVersion: String
    /// Empty where nothing went wrong.
    var errorType: String

    /// `2xx` to `5xx`. What was not answered is the client's fault where it left, as proxies count it with 499 and not
    /// among the server's errors, else the server's.
    var statusGroup: String {
      if let status { return "\(status / 100)xx" }
      return errorType == HTTPServerSpan.Outcome.clientDisconnected ? "4xx" : "5xx"
    }
  }

  /// What exchanges of one kind are recorded into. A class, for whoever asks for them gets one reference instead of five.
  private final class Instruments: Sendable {
    let requests: Counter
    let duration: Histogram
    let requestSize: Summary
    let responseSize: Summary
    let conventionDuration: Histogram

    init(_ families: HTTPServerMetrics, _ labels: Labels) {
      let handler = labels.route.isEmpty ? "none" : labels.route
      requests = families.requests(handler, labels.method, labels.statusGroup)
      duration = families.duration(handler, labels.method)
      requestSize = families.requestSize(handler)
      responseSize = families.responseSize(handler)
      conventionDuration = families.conventionDuration(
        labels.method,
        labels.route,
        labels.status.map(String.init) ?? "",
        labels.scheme,
        labels.protocolVersion,
        labels.errorType
      )
    }
  }

  private let requests: MetricFamily<CounterCell>
  private let duration: MetricFamily<HistogramCell>
  private let requestSize: MetricFamily<SummaryCell>
  private let responseSize: MetricFamily<SummaryCell>
  private let conventionDuration: MetricFamily<HistogramCell>
  /// The combinations that a loop has met: most requests are of a few kinds.
  private let known: LoopLocal<FewFirstTable<Labels, Instruments>>
  /// More combinations than routes, methods and statuses can make; beyond it they are looked up in each family.
  private static let knownLimit = 1000

  /// Registers the five families.
  public init(_ registry: MetricsRegistry) {
    requests = registry.counter(.httpRequests)
    duration = registry.histogram(.httpRequestDuration)
    requestSize = registry.summary(.httpRequestSize)
    responseSize = registry.summary(.httpResponseSize)
    conventionDuration = registry.histogram(.httpServerRequestDuration)
    known = LoopLocal(group: registry.group) { FewFirstTable() }
  }

  /// Counts the exchange. On a loop it takes one lookup and no lock.
  public func record(_ exchange: Exchange) {
    let labels = Labels(
      method: HTTPMethodLabel.value(of: exchange.method),
      route: exchange.route ?? "",
      status: exchange.status,
      scheme: exchange.scheme,
      protocolVersion: exchange.protocolVersion,
      errorType: exchange.errorType ?? ""
    )
    let instruments = instruments(for: labels)
    instruments.requests.increment()
    instruments.duration.observe(exchange.seconds, in: exchange.span)
    instruments.requestSize.observe(Double(exchange.requestBytes ?? 0))
    instruments.responseSize.observe(Double(exchange.responseBytes ?? 0))
    instruments.conventionDuration.observe(exchange.seconds, in: exchange.span)
  }

  /// Counts a request that its connection refused before it could be measured; nil is a method that is not known.
  public func countRefused(method: String?, status: Int) {
    requests("none", HTTPMethodLabel.value(of: method ?? ""), "\(status / 100)xx").increment()
  }

  private func instruments(for labels: Labels) -> Instruments {
    if let instruments = known.withValue({ $0.find(labels) }) { return instruments }
    let instruments = Instruments(self, labels)
    known.withValue { known in
      if known.count < Self.knownLimit { known.keep(instruments, for: labels) }
    }
    return instruments
  }
}

// By the memberwise initializer, as `Response` is: it copies nothing.
extension HTTPServerMetrics.Exchange {
  /// An exchange that went well; what else there is to say is set afterwards.
  public init(method: String, route: String?, status: Int?, seconds: Double, span: SpanReference? = nil) {
    self.init(
      method: method,
      route: route,
      status: status,
      scheme: "http",
      protocolVersion: "1.1",
      seconds: seconds,
      span: span
    )
  }
}
