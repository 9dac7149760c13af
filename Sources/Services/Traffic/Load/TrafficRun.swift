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
  private let exporting: Task<Void, Never>?
  private let progress: ProgressPrinter

  /// Exports from now on; `end()` ends that.
  ///
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
      exporting = nil
      return
    }
    for warning in telemetry.warnings { logger.warning("Setting ignored", [Attribute(LogField.reason, "\(warning)")]) }
    var console = logger
    console.level = .info
    var telemetry = telemetry
    telemetry.sampler = .parentBased(root: .traceIDRatioBased(sample))
    let tracing = ServiceTracing(
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
    self.tracing = tracing
    exporting = Task { await tracing.run() }
  }

  /// Suspends until the last answer has come. Where its task is cancelled, what is on its way is given up, and the report
  /// is of what there was until then.
  public func measure() async -> Result<TrafficReport, TrafficError> {
    do throws(TrafficError) {
      try await findTarget()
      return .success(try await load())
    } catch {
      return .failure(error)
    }
  }

  /// Exports the last spans, until that takes too long or the task is cancelled, and closes all connections. Gives what
  /// became of the spans; nil without tracing.
  public func end() async -> ExportStatistics.Snapshot? {
    let spans = await endExport()
    await client.shutdown()
    await exportClient.shutdown()
    return spans
  }

  /// A receiver that is there takes a full queue in less; one that is away is not waited for by whoever wants the prompt back.
  private static let longestFlush = Duration.seconds(1)

  private func endExport() async -> ExportStatistics.Snapshot? {
    guard let tracing else { return nil }
    _ = await tracing.provider.shutdown(within: Self.longestFlush)
    exporting?.cancel()
    await exporting?.value
    return tracing.statistics.snapshot
  }

  private enum Event {
    case finished(Result<Void, UVError>)
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
      } catch .cancelled {
        throw TrafficError(description: "ended before \(url) had answered")
      } catch {
        throw TrafficError(description: "nothing answers at \(url): \(error); name another with --target")
      }
    }
  }

  private func load() async throws(TrafficError) -> TrafficReport {
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
        await self.progress.run(loops, times)
        return .other
      }
      for await event in tasks {
        switch event {
        case .other: continue
        case .finished(.failure(let error)): failure = error
        case .finished(.success): isInterrupted = Task.isCancelled
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
    case .unreachable(.cancelled): "ended before \(url) had answered"
    case .unreachable(let error):
      "no frontend at \(url): \(error); start one with `dice all`, or name another with --url"
    case .noRollService:
      "what answers at \(url) is no frontend: it describes no /roll-async; name another with --url"
    }
  }
}
