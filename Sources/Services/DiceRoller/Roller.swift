import DieService
import LoopHTTP
import ServiceCore
import Synchronization
import Telemetry
import Tracing

/// Rolls dice. A roll is a continuation that waits on the loop's timers, so any number of them wait at the same time.
/// A class, because each roll's task holds it: as a struct it is a dozen references to count for each.
final class Roller: Sendable {
  private let tools: ServiceTools
  private let metrics: RollerMetrics
  private let maximumDelay: Duration
  private let incidents: Incidents?
  private let random: LoopLocal<Xoshiro256>

  init(_ tools: ServiceTools, metrics: RollerMetrics, maximumDelay: Duration, incidents: Incidents?) {
    self.tools = tools
    self.metrics = metrics
    self.maximumDelay = maximumDelay
    self.incidents = incidents
    random = LoopLocal(group: tools.group) { Xoshiro256() }
  }

  private func draw(_ die: Die) -> RollDraw {
    let incident = incidents?.current
    return random.withValue {
      RollDraw(die.specification, maximumDelay: maximumDelay, during: incident, using: &$0)
    }
  }

  /// One roll in the request's own span; suspends for its delay. Throws `DieFailure`, or `CancellationError`.
  func roll(_ die: Die, on loop: EventLoop) async throws -> Int {
    let draw = draw(die)
    try await loop.sleep(for: draw.delay, tolerance: draw.tolerance)
    // It may have been cancelled since it was woken.
    try Task.checkCancellation()
    let label = metrics.label(die.name)
    let span = OTelSpan.current
    span?.setAttribute(.dieError, .bool(draw.face == nil))
    if let disturbance = draw.disturbance { span?.setAttributes(disturbance.attributes) }
    guard let face = draw.face else {
      metrics.rolls(label, "error").increment()
      let told = [Attribute(LogField.dieType, die.name), Attribute(LogField.errorRate, die.specification.errorRate)]
      tools.logger.error("Die triggered error condition", told + draw.cause, in: span)
      let failure = DieFailure(die: die.name, index: nil)
      span?.recordException(failure)
      throw failure
    }
    metrics.rolls(label, "success").increment()
    metrics.values(label).observe(Double(face))
    span?.setAttribute(.dieResult, .int(Int64(face)))
    return face
  }

  /// `times` rolls at once; suspends for the slowest of them. The first failure cancels the others and is thrown when all
  /// have ended.
  func rollBatch(_ die: Die, times: Int, on loop: EventLoop) async throws -> BatchAnswer {
    try await tools.tracer.withSpan("async_roll_batch", attributes: [Attribute(.asyncBatchSize, times)]) { span in
      let answer = BatchAnswer(rolls: try await rollTogether(die, times: times, on: loop, in: span))
      span.setAttribute(.asyncTotalResult, .int(Int64(answer.total)))
      return answer
    }
  }

  /// The rolls begin to sleep at once, as immediate children without an actor: one of the caller's actor would be enqueued first, and
  /// under load its time begin late. A discarding group wakes its parent once, and not for each child.
  private func rollTogether(
    _ die: Die,
    times: Int,
    on loop: EventLoop,
    in span: OTelSpan,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> [Int] {
    let faces = Faces(count: times)
    let batch = BatchedRoll.Batch(die, label: metrics.label(die.name), in: span, tools: tools, metrics: metrics)
    try await withThrowingDiscardingTaskGroup { group in
      _ = isolation  // what is captured is where the closure runs
      for index in 0..<times {
        let roll = BatchedRoll(in: batch, index: index, draw(die))
        group.addImmediateTask {
          faces.set(try await roll.face(on: loop), at: index)
        }
      }
    }
    return faces.all
  }
}

/// What the rolls of a batch came to, by their index.
private final class Faces: Sendable {
  private let faces: Mutex<[Int]>

  init(count: Int) {
    faces = Mutex([Int](repeating: 0, count: count))
  }

  func set(_ face: Int, at index: Int) { faces.withLock { $0[index] = face } }

  var all: [Int] { faces.withLock { $0 } }
}
