import LoopHTTP
import ServiceCore
import Telemetry

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs services on one group of loops until a signal ends them.
struct ServiceProcess {
  let group: EventLoopGroup
  let sink: BufferedLogSink
  private let drainDelay: Duration
  private let drainTimeout: Duration

  init(_ options: CommonOptions) throws {
    drainDelay = try options.drainDelay()
    drainTimeout = try options.drainTimeout()
    let style = try options.logStyle()
    group = try EventLoopGroup.start(loopCount: options.loopCount())
    sink = BufferedLogSink(descriptor: 1, group: group, style: style, service: "dice")
    let logger = style.logger(service: "dice", level: try options.leastLogLevel(), sink: sink)
    group.reportStalls(of: Self.longestIteration) { loop, duration in
      logger.warning(
        "Event loop stalled",
        [Attribute(LogField.loop, loop.index), Attribute(LogField.duration, duration / .seconds(1))]
      )
    }
  }

  /// No request is meant to take a loop for a hundredth of it.
  private static let longestIteration = Duration.seconds(1)

  /// A service that listens, and where.
  typealias Started = (host: ServiceHost, address: SocketAddress)

  /// Makes and binds a service; `flag` is named when that fails.
  func start(_ service: some ServiceDefinition, _ settings: ServiceSettings, flag: String) async throws -> Started {
    do throws(UVError) {
      return try await bind(service, settings)
    } catch {
      let reason = error == .addressInUse ? "\(error)\(Self.byHolder(of: settings.port))" : "\(error)"
      let advice = "choose another with \(flag), or --host"
      throw RunFailure(
        description: "\(service.name): cannot listen on \(settings.host):\(settings.port): \(reason); \(advice)"
      )
    }
  }

  /// ` by python3 (process 1234)`, or nothing where it cannot be known who has the port.
  static func byHolder(of port: UInt16) -> String {
    guard let holder = PortHolder.find(port: port) else { return "" }
    if holder.process == getpid() { return " by another service of this process" }
    return " by \(holder.name) (process \(holder.process))"
  }

  /// Makes and binds a service.
  func bind(_ service: some ServiceDefinition, _ settings: ServiceSettings) async throws(UVError) -> Started {
    let host = try ServiceHost(service, settings: settings, group: group, sink: sink)
    return (host, try await host.bind())
  }

  /// Says where the services listen, serves until SIGTERM or SIGINT, then drains. A second signal ends the process at
  /// once. `services` begins with the one that calls no other, and each calls only those before it; `store` goes on until
  /// they have delivered their last spans.
  func run(_ services: [Started], store started: Started? = nil) async throws {
    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    // Before anybody is told: who reads the lines may send a signal at once.
    try await EndSignals.watch(on: group.loops[0]) { stop.yield() }
    let lines = ([started].compactMap(\.self) + services).map { "\($0.host.name) http://\($0.address)" }
    StandardError.write(lines.joined(separator: "\n"))
    let hosts = services.map(\.host)
    let store = started?.host
    await withTaskGroup { tasks in
      tasks.addTask { await self.drain(hosts, at: stops) }
      async let storing: Void? = try? store?.run()
      await withTaskGroup { services in
        for host in hosts { services.addTask { try? await host.run() } }
      }
      store?.announceEnd()
      await store?.drain(timeout: .zero)
      await storing
      tasks.cancelAll()
    }
    await sink.close(within: .seconds(2))
  }

  /// One after another from the outermost: a request that one of them has in work may yet need those behind it. Together
  /// they take no longer than one alone may.
  private func drain(_ hosts: [ServiceHost], at stops: AsyncStream<Void>) async {
    for await _ in stops {
      for host in hosts { host.announceEnd() }
      try? await Task.sleep(for: drainDelay)
      let deadline = ContinuousClock.now + drainTimeout
      for host in hosts.reversed() { await host.drain(timeout: max(deadline - .now, .zero)) }
    }
  }
}
