import DieService
import LoopHTTP
import ServiceCore
import Telemetry

/// One of the rolls of a batch, in a span of its own.
///
/// Thousands wait at a time, so what a roll needs is here and not in the frames of its task, which then fit in the first
/// kilobyte that the runtime gives it.
final class BatchedRoll: Sendable {
  /// What the rolls of a batch share.
  final class Batch: Sendable {
    fileprivate let die: Die
    fileprivate let dieFaces: AttributeValue
    fileprivate let label: String
    fileprivate let span: OTelSpan
    fileprivate let tools: ServiceTools
    fileprivate let metrics: RollerMetrics

    init(_ die: Die, label: String, in span: OTelSpan, tools: ServiceTools, metrics: RollerMetrics) {
      self.die = die
      self.label = label
      self.span = span
      self.tools = tools
      self.metrics = metrics
      dieFaces = .intArray(die.specification.faces.map(Int64.init))
    }
  }

  private let span: OTelSpan
  private let batch: Batch
  private let index: Int
  private let draw: RollDraw

  /// Starts the roll's span. `face(on:)` must follow, which ends it.
  init(in batch: Batch, index: Int, _ draw: RollDraw) {
    self.batch = batch
    self.index = index
    self.draw = draw
    span = batch.tools.tracer.startSpan(
      "async_roll_\(index)",
      childOf: batch.span,
      attributes: Self.attributes(index, batch)
    )
    batch.metrics.inProgress.increment()
  }

  /// What the span tells at first, with room for what comes up and whether it failed.
  private static func attributes(_ index: Int, _ batch: Batch) -> [Attribute] {
    var attributes: [Attribute] = []
    attributes.reserveCapacity(5)
    attributes.append(Attribute(.asyncRollIndex, index))
    attributes.append(Attribute(.dieType, batch.die.name))
    attributes.append(Attribute(.dieFaces, batch.dieFaces))
    return attributes
  }

  /// Suspends for the roll's delay. Throws `DieFailure`, or `CancellationError`.
  func face(on loop: EventLoop) async throws -> Int {
    let isUndisturbed = (try? await loop.sleep(for: draw.delay, tolerance: draw.tolerance)) != nil && !Task.isCancelled
    return try finish(isCancelled: !isUndisturbed)
  }

  /// Not part of `face`, whose frame it would triple.
  @inline(never)
  private func finish(isCancelled: Bool) throws -> Int {
    defer {
      span.end()
      batch.metrics.inProgress.decrement()
    }
    if isCancelled {
      batch.metrics.asyncRolls(batch.label, "cancelled").increment()
      span.setAttribute(.asyncCancelled, .bool(true))
      throw CancellationError()
    }
    span.setAttribute(.dieError, .bool(draw.face == nil))
    if let disturbance = draw.disturbance { span.setAttributes(disturbance.attributes) }
    guard let face = draw.face else { throw failed() }
    batch.metrics.asyncRolls(batch.label, "success").increment()
    span.setAttribute(.dieResult, .int(Int64(face)))
    batch.tools.logger.info(
      "Async roll completed",
      [
        Attribute(LogField.dieType, batch.die.name), Attribute(LogField.rollIndex, index),
        Attribute(LogField.rollValue, face),
      ],
      in: span
    )
    return face
  }

  private func failed() -> DieFailure {
    batch.metrics.asyncRolls(batch.label, "error").increment()
    let told = [
      Attribute(LogField.dieType, batch.die.name), Attribute(LogField.rollIndex, index),
      Attribute(LogField.errorRate, batch.die.specification.errorRate),
    ]
    batch.tools.logger.error("Async roll triggered error condition", told + draw.cause, in: span)
    let failure = DieFailure(die: batch.die.name, index: index)
    span.fail(failure)
    return failure
  }
}
