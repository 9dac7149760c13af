import HTTPTypes
import Logging
public import LoopHTTP
import ServiceCore
public import Telemetry

/// Why there was no run at all.
public struct TrafficError: Error, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
}

/// One run of the generator, from the first look at the target to the last answer.
public struct TrafficRun: Sendable {
  private let settings: TrafficSettings
  private let group: EventLoopGroup
  private let client: HTTPClient
  private let exportClient: HTTPClient
  private let tracing: ServiceTracing?
  private let progress: ProgressPrinter

  /// - Parameters:
  ///   - group: As many loops as the settings ask for.
  ///   - telemetry: Where spans go. The settings' share replaces its sampler.
  ///   - logger: Gets the outages of the export.
  ///   - progress: Shows how far the run is.
  public init(
    _ settings: TrafficSettings,
    group: EventLoopGroup,
    telemetry: TelemetryConfiguration,
    logger: OTelLogger,
    progress: ProgressPrinter
  ) {
    self.settings = settings
    self.group = group
    self.progress = progress
    var configuration = ClientConfiguration()
    configuration.connectionsPerOrigin = (settings.concurrency + settings.loopCount - 1) / settings.loopCount
    configuration.userAgent = "dice-traffic"
    client = HTTPClient(group: group, configuration: configuration)
    exportClient = HTTPClient(group: group)
    guard let sample = settings.traceSample else {
      tracing = nil
      return
    }
    for warning in telemetry.warnings { logger.warning("Setting ignored", [Attribute(LogField.reason, "\(warning)")]) }
    var console = logger
    console.level = .info
    var telemetry = telemetry
    telemetry.sampler = .parentBased(root: .traceIDRatioBased(sample))
    tracing = ServiceTracing(
      configuration: telemetry,
      resource: Resource(
        configuration: telemetry,
        defaultServiceName: "traffic-generator",
        serviceVersion: Resource.libraryVersion,
        process: .current()
      ),
      transport: HTTPClientTransport(client: exportClient),
      group: group,
      logger: logger,
      console: { [console] in console.info($0) }
    )
  }

  /// Suspends until the run has ended, or until `stops` has an element, which gives up what is on its way.
  public func run(stops: AsyncStream<Void>) async throws(TrafficError) -> TrafficReport {
    let exporting = tracing.map { tracing in Task { await tracing.run() } }
    let result: Result<TrafficReport, TrafficError>
    do throws(TrafficError) {
      try await findTarget()
      result = .success(try await measure(stops))
    } catch {
      result = .failure(error)
    }
    if let tracing { _ = await tracing.provider.shutdown(within: Self.longestFlush) }
    exporting?.cancel()
    await exporting?.value
    await client.shutdown()
    await exportClient.shutdown()
    var report = try result.get()
    report.spans = tracing?.statistics.snapshot
    return report
  }

  /// A collector that is away must not keep the summary back.
  private static let longestFlush = Duration.seconds(3)

  private enum Event {
    case finished(Result<Void, UVError>)
    case stopped
    case other
  }

  /// Looks whether the target is there, before a run fills the screen with errors.
  private func findTarget() async throws(TrafficError) {
    switch settings.target {
    case .dice(let url, _):
      do throws(RollServiceCheck.Fault) {
        try await RollServiceCheck.find(url, client)
      } catch {
        throw TrafficError(description: error.text(url))
      }
    case .url(let url):
      do throws(ClientError) {
        var request = ClientRequest(.get, url)
        request.timeout = .seconds(5)
        _ = try await client.execute(request)
      } catch {
        throw TrafficError(description: "nothing answers at \(url): \(error); name another with --target")
      }
    }
  }

  private func measure(_ stops: AsyncStream<Void>) async throws(TrafficError) -> TrafficReport {
    // A moment ahead, so that every loop is ready when the first request is due.
    let times = RunTimes(begin: EventLoop.monotonicNanoseconds() + 20_000_000, settings)
    let loops = group.loops.map { loop in
      LoadLoop(settings, times: times, share: loop.index, loop: loop, client: client, tracing: requestTracing)
    }
    let meter = GeneratorMeter(group: group)
    var isInterrupted = false
    var failure: UVError?
    await withTaskGroup(of: Event.self) { tasks in
      tasks.addTask(executorPreference: meter.loop) {
        await meter.begin(at: times.measuredFrom)
        return .other
      }
      tasks.addTask { .finished(await self.run(loops)) }
      tasks.addTask {
        for await _ in stops { return .stopped }
        return .other
      }
      tasks.addTask {
        await self.progress.run(loops, times)
        return .other
      }
      for await event in tasks {
        switch event {
        case .other: continue
        case .stopped: isInterrupted = true
        case .finished(.failure(let error)): failure = error
        case .finished(.success): break
        }
        tasks.cancelAll()
      }
    }
    if let failure { throw TrafficError(description: "the run broke off: \(failure)") }
    var record = LoadRecord()
    for loop in loops { record.add(await loop.record) }
    let now = EventLoop.monotonicNanoseconds()
    return TrafficReport(
      settings: settings,
      record: record,
      seconds: elapsed(record, times, until: isInterrupted ? now : nil),
      generator: await meter.usage(requests: record.requests),
      isInterrupted: isInterrupted
    )
  }

  private var requestTracing: RequestTracing? {
    (tracing?.provider.tracer(InstrumentationScope(name: "dice-traffic", version: Resource.libraryVersion)))
      .map { RequestTracing(tracer: $0) }
  }

  private func run(_ loops: [LoadLoop]) async -> Result<Void, UVError> {
    await withTaskGroup(of: Result<Void, UVError>.self) { tasks in
      for loop in loops {
        tasks.addTask(executorPreference: loop.loop) {
          do throws(UVError) {
            return .success(try await loop.run())
          } catch {
            return .failure(error)
          }
        }
      }
      var result = Result<Void, UVError>.success(())
      for await outcome in tasks {
        guard case .failure = outcome else { continue }
        result = outcome
        tasks.cancelAll()
      }
      return result
    }
  }

  /// Seconds in which the measured requests were sent.
  private func elapsed(_ record: LoadRecord, _ times: RunTimes, until now: UInt64?) -> Double {
    let end = now ?? max(times.end ?? 0, record.lastSent)
    return Double(end - min(end, times.measuredFrom)) / 1e9
  }
}

extension RollServiceCheck.Fault {
  fileprivate func text(_ url: ServiceURL) -> String {
    switch self {
    case .unreachable(let error):
      "no frontend at \(url): \(error); start one with `dice all`, or name another with --url"
    case .noRollService:
      "what answers at \(url) is no frontend: it describes no /roll-async; name another with --url"
    }
  }
}
