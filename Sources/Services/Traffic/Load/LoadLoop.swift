import LoopHTTP
import Telemetry

/// One event loop's part of a run: its users or connections, as tasks that never leave its thread.
actor LoadLoop: LoopActor {
  nonisolated let loop: EventLoop

  private let settings: TrafficSettings
  private let requests: RequestMaker
  private let client: HTTPClient
  private let tracing: RequestTracing?
  private let share: Int
  private let times: RunTimes

  private var arrivals: OpenArrivals?
  private var timer: PreciseTimer?
  private var isStopping = false
  /// What was found out so far.
  private(set) var record = LoadRecord()

  /// - Parameter share: Which of `settings.loopCount` parts this is, from 0.
  init(
    _ settings: TrafficSettings,
    times: RunTimes,
    share: Int,
    loop: EventLoop,
    client: HTTPClient,
    tracing: RequestTracing?
  ) {
    self.settings = settings
    self.times = times
    self.share = share
    self.loop = loop
    self.client = client
    self.tracing = tracing
    requests = RequestMaker(settings.target)
    if case .open(let rate, let pattern, _) = settings.model {
      let profile = rate.profile(
        warmUpSeconds: settings.warmUpSeconds,
        seconds: settings.seconds ?? TrafficSettings.defaultSeconds
      )
      arrivals = OpenArrivals(
        schedule: ArrivalSchedule(profile: profile, pattern: pattern, seed: settings.seed),
        mix: requests.mix,
        seed: settings.seed,
        share: share,
        shareCount: settings.loopCount
      )
    }
  }

  /// Suspends until the run's last answer has come, or until its task is cancelled and everything has been given up.
  func run() async throws(UVError) {
    let timer = try PreciseTimer(loop: loop)
    self.timer = timer
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for place in stride(from: share, to: settings.concurrency, by: settings.loopCount) {
          group.addTask(executorPreference: self.loop) { await self.work(place, timer) }
        }
      }
    } onCancel: {
      loop.execute { self.assumeIsolated { $0.stop() } }
    }
    self.timer = nil
    timer.close()
  }

  /// What is due by now and found no connection is left out no more than after a run's own end: of a server that has
  /// stopped to answer, it is most of what there is to tell.
  private func stop() {
    isStopping = true
    timer?.wakeAll()
    let now = EventLoop.monotonicNanoseconds()
    while let arrival = arrivals?.next(), times.moment(of: arrival) <= now {
      note(arrival.request, .unsent, .afterWaiting, due: times.moment(of: arrival), sent: now)
    }
  }

  /// Whether nothing more may be sent. The tasks know it sooner than `stop` comes to run.
  private var isOver: Bool { isStopping || Task.isCancelled }

  // MARK: Work

  private func work(_ place: Int, _ timer: PreciseTimer) async {
    switch settings.model {
    case .closed(_, let maximumRolls, let thinkTime):
      let users = SimulatedUsers(
        mix: requests.mix,
        maximumRolls: maximumRolls,
        thinkTime: thinkTime,
        place: place,
        placeCount: settings.concurrency,
        seed: settings.seed
      )
      await live(users, timer)
    case .open: await serve(timer)
    }
  }

  /// In seconds.
  private static let pauseAfterFailure = 0.01

  private func live(_ users: SimulatedUsers, _ timer: PreciseTimer) async {
    var users = users
    guard await timer.sleep(until: times.begin) else { return }
    let end = times.end ?? .max
    while !isOver {
      let now = EventLoop.monotonicNanoseconds()
      guard now < end else { return }
      let isAnswered = await send(users.nextRequest(), due: now, .spontaneous)
      // Where nobody listens, asking as fast as possible would only heat the machine.
      let pause = max(users.nextThinkTime(), isAnswered ? 0 : Self.pauseAfterFailure)
      guard pause > 0, !isOver else { continue }
      _ = await timer.sleep(until: min(end, EventLoop.monotonicNanoseconds() + UInt64(pause * 1e9)))
    }
  }

  /// A connection takes the next request when it is free, waits until that is due and sends it: requests leave in the
  /// order they are due, and none is left out because an answer is late.
  private func serve(_ timer: PreciseTimer) async {
    while !isOver, let arrival = arrivals?.next() {
      let due = times.moment(of: arrival)
      let now = EventLoop.monotonicNanoseconds()
      if now > times.lastSending {
        note(arrival.request, .unsent, .afterWaiting, due: due, sent: now)
        continue
      }
      guard await timer.sleep(until: due), !isOver else {
        // It may have become due together with the end.
        let now = EventLoop.monotonicNanoseconds()
        if due <= now { note(arrival.request, .givenUp, .punctual, due: due, sent: now) }
        return
      }
      await send(arrival.request, due: due, now <= due ? .punctual : .afterWaiting)
    }
  }

  /// True where an answer came.
  @discardableResult
  private func send(_ planned: PlannedRequest, due: UInt64, _ departure: RequestResult.Departure) async -> Bool {
    var request = requests.request(planned)
    let span = tracing?.start(planned, &request)
    let sent = EventLoop.monotonicNanoseconds()
    let outcome: RequestResult.Outcome
    do throws(ClientError) {
      let response = try await client.execute(request)
      outcome = .answered(status: response.statusCode)
      if let span { tracing?.end(span, planned, response) }
    } catch {
      outcome = error == .cancelled ? .givenUp : .failed(error)
      if let span { tracing?.end(span, error) }
    }
    note(planned, outcome, departure, due: due, sent: sent, span?.spanContext)
    if case .answered = outcome { return true }
    return false
  }

  private func note(
    _ planned: PlannedRequest,
    _ outcome: RequestResult.Outcome,
    _ departure: RequestResult.Departure,
    due: UInt64,
    sent: UInt64,
    _ span: SpanContext? = nil
  ) {
    guard due >= times.measuredFrom else {
      record.warmUpRequests += 1
      return
    }
    let result = RequestResult(
      kind: planned.kind,
      outcome: outcome,
      departure: departure,
      due: due,
      sent: sent,
      finished: EventLoop.monotonicNanoseconds(),
      trace: span.flatMap { $0.isSampled ? $0.traceID : nil }
    )
    record.record(result, begin: times.measuredFrom)
  }
}
