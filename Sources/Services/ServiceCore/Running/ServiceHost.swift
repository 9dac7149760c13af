internal import HTTPTypes
internal import Logging
public import LoopHTTP
public import Telemetry

/// One running service: its server, its telemetry and its probes.
public final class ServiceHost: Sendable {
  /// `service.name`.
  public let name: String
  /// The service's log.
  public var logger: OTelLogger { logging.logger }

  private let server: HTTPServer
  private let logging: ServiceLogging
  private let tracing: ServiceTracing
  private let health: ServiceHealth
  private let client: HTTPClient
  private let registry: MetricsRegistry
  private let flushLimit: Duration
  private let work: @Sendable () async -> Void

  /// Puts the service together; nothing runs yet. Throws where the system lacks resources.
  public init(
    _ service: some ServiceDefinition,
    settings: ServiceSettings,
    group: EventLoopGroup,
    sink: any LogSink
  ) throws(UVError) {
    let telemetry = settings.telemetry
    let resource = Resource(
      configuration: telemetry,
      defaultServiceName: service.name,
      serviceVersion: service.version,
      process: .current()
    )
    name = resource.serviceName
    client = HTTPClient(group: group)
    let transport = HTTPClientTransport(client: client)
    logging = ServiceLogging(
      configuration: telemetry,
      resource: resource,
      style: settings.logStyle,
      level: settings.logLevel,
      sink: sink,
      transport: transport,
      group: group
    )
    let logger = logging.logger
    let consoleLogger = settings.logStyle.logger(label: "spans", service: name, level: .info, sink: sink)
    tracing = ServiceTracing(
      configuration: telemetry,
      resource: resource,
      transport: transport,
      group: group,
      logger: logger,
      console: { consoleLogger.info($0) }
    )
    health = ServiceHealth(exports: tracing.statistics)
    flushLimit = min(telemetry.spanBatches.exportTimeout, Self.longestFlush)
    registry = MetricsRegistry(group: group)
    let tracer = tracing.provider.tracer(InstrumentationScope(name: "dice", version: service.version))
    let tools = ServiceTools(
      name: name,
      group: group,
      logger: logger,
      tracer: tracer,
      registry: registry,
      client: TracedClient(client: client, tracer: tracer, metrics: HTTPClientMetrics(registry))
    )
    work = { await service.work(tools) }
    let serverMetrics = HTTPServerMetrics(registry)
    var routes = service.routes(tools) + ServiceHost.probeRoutes(health)
    switch telemetry.metricsExporter {
    case .prometheus: routes.append(ServiceHost.metricsRoute(registry))
    case .none: break
    }
    registry.registerEventLoopMetrics(group)
    registry.registerExporterMetrics(tracing.statistics, of: .spans)
    if let exports = logging.statistics { registry.registerExporterMetrics(exports, of: .logs) }
    registry.registerProcessMetrics()
    registry.registerTargetInfo(resource)
    for warning in telemetry.warnings { logger.warning("Setting ignored", [Attribute(LogField.reason, "\(warning)")]) }
    let accessLog = AccessLogMiddleware(logger: logger)
    server = try HTTPServer(
      router: ServiceHost.router(routes, of: service),
      middleware: ServiceHost.middleware(around: routes, tools, serverMetrics, accessLog),
      configuration: ServiceHost.configuration(settings),
      group: group,
      logger: logger.swiftLogger
    ) { refused in
      serverMetrics.countRefused(method: refused.method?.rawValue, status: refused.status.code)
      accessLog.log(refused)
    }
  }

  /// From the outermost to the innermost.
  private static func middleware(
    around routes: [ServiceRoute],
    _ tools: ServiceTools,
    _ metrics: HTTPServerMetrics,
    _ accessLog: AccessLogMiddleware
  ) -> [any Middleware] {
    [
      TelemetryMiddleware(
        tracer: tools.tracer,
        metrics: metrics,
        unobservedRoutes: ServiceRoute.probes,
        untracedRoutes: Set(routes.lazy.filter { !$0.isTraced }.map(\.path))
      ),
      accessLog, ErrorMiddleware(errorResponse: { .detail($0.status, $0.detail) }, logger: tools.logger.swiftLogger),
    ]
  }

  private static func configuration(_ settings: ServiceSettings) -> ServerConfiguration {
    var configuration = ServerConfiguration(host: settings.host, port: settings.port)
    configuration.maximumRequests = settings.maximumRequests
    return configuration
  }

  /// A collector that hangs must not make the end longer than an orchestrator's patience.
  private static let longestFlush = Duration.seconds(5)

  /// Puts what libraries count by swift-metrics on this service's page. Only for a service that is alone in its process,
  /// which has one backend for all of them.
  public func showLibraryMetrics() { registry.becomeBackendOfLibraries() }

  /// Listens; requests wait until `run`. Returns the address, with the port that the system chose for 0.
  public func bind() async throws(UVError) -> SocketAddress {
    try await server.bind()
  }

  /// Serves until a drain has ended, then delivers the spans and log records that are left.
  public func run() async throws(UVError) {
    let exporting = Task {
      async let logs: Void = logging.run()
      await tracing.run()
      await logs
    }
    let working = Task { await work() }
    health.enter(.ready)
    logger.info("Service started")
    do throws(UVError) {
      try await server.run()
    } catch {
      working.cancel()
      exporting.cancel()
      await working.value
      await exporting.value
      throw error
    }
    working.cancel()
    await working.value
    await flush()
    exporting.cancel()
    await exporting.value
    await client.shutdown()
  }

  /// Delivers what is left. The last lines of the log are written first, so that they are delivered, too.
  private func flush() async {
    let deadline = ContinuousClock.now + flushLimit
    let before = tracing.statistics.snapshot
    if await !tracing.provider.shutdown(within: flushLimit) {
      let after = tracing.statistics.snapshot
      // Those that the receiver refused, and those that nobody will send any more.
      let lost = after.failed - before.failed + after.queued
      logger.warning("Spans were lost at the end", [Attribute(LogField.count, lost)])
    }
    logger.info("Service stopped")
    await logging.shutdown(within: max(deadline - .now, .zero))
  }

  /// Tells whoever asks for readiness that no more requests are wanted. Serves as before.
  public func announceEnd() {
    health.enter(.draining)
    logger.info("Service draining")
  }

  /// Stops accepting and finishes what is in work within `timeout`. `run` returns afterwards.
  public func drain(timeout: Duration) async {
    await server.shutdown(timeout: timeout)
  }

  private static func router(_ routes: [ServiceRoute], of service: some ServiceDefinition) -> Router {
    var router = Router { .detail($0.status, $0.detail) }
    let document = APIDescription.document(title: service.title, version: service.version, routes: routes).bytes
    for route in routes { router.on(route.method, route.path, options: route.options, route.handler) }
    router.get("/openapi.json") { _ in Response(contentType: .json, body: .bytes(document)) }
    return router
  }
}
