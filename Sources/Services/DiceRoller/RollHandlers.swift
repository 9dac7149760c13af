import DieService
import HTTPTypes
import LoopHTTP
import ServiceCore
import Telemetry

/// The roller's two routes.
struct RollHandlers: Sendable {
  let tools: ServiceTools
  let metrics: RollerMetrics
  let roller: Roller
  let source: SpecificationSource

  /// `GET /roll`
  func roll(_ request: Request) async throws -> Response {
    var query = QueryReader(request)
    guard let name = query.text("die") else { return query.faultResponse }
    let span = OTelSpan.current
    span?.setAttribute(.dieType, .string(name))
    tools.logger.info("Roll request received", [Attribute(LogField.dieType, name)], in: span)
    do {
      let die = try await source.die(name, failureMessage: "Failed to get die specification")
      let face = try await roller.roll(die, on: request.loop)
      tools.logger.info(
        "Roll completed",
        [
          Attribute(LogField.dieType, name), Attribute(LogField.rollValue, face),
          Attribute(LogField.faces, die.specification.faces),
        ],
        in: span
      )
      return RollAnswer(roll: face).response
    } catch let error as HTTPError {
      metrics.rolls(metrics.label(name), "error").increment()
      return .failure(error)
    } catch let failure as DieFailure {
      return .detail(.internalServerError, failure.description)
    }
  }

  /// `GET /roll-async`
  func rollAsync(_ request: Request) async throws -> Response {
    var query = QueryReader(request)
    let name = query.text("die")
    let times = query.integer("times", in: DiceRollerServer.batchSizes)
    guard let name, let times else { return query.faultResponse }
    let span = OTelSpan.current
    span?.setAttributes([Attribute(.dieType, name), Attribute(.asyncBatchSize, times)])
    let batch = [Attribute(LogField.dieType, name), Attribute(LogField.times, times)]
    tools.logger.info("Async roll batch started", batch, in: span)
    metrics.batchSize.observe(Double(times))
    do {
      let die = try await source.die(name, failureMessage: "Failed to get die specification for async roll")
      return try await rollBatch(die, times, on: request.loop, batch)
    } catch let error as HTTPError {
      return .failure(error)
    } catch let failure as DieFailure {
      tools.logger.error("Async roll batch failed", batch + [Attribute(LogField.error, "\(failure)")], in: span)
      return .detail(.internalServerError, "Async roll batch failed: \(failure)")
    }
  }

  private func rollBatch(
    _ die: Die,
    _ times: Int,
    on loop: EventLoop,
    _ batch: [Attribute]
  ) async throws -> Response {
    let watch = Stopwatch()
    defer { metrics.batchDuration.observe(watch.seconds) }
    let answer = try await roller.rollBatch(die, times: times, on: loop)
    let span = OTelSpan.current
    span?.setAttribute(.asyncTotalResult, .int(Int64(answer.total)))
    let told = [
      Attribute(LogField.total, answer.total), Attribute(LogField.rolls, answer.rolls),
      Attribute(LogField.duration, watch.seconds),
    ]
    tools.logger.info("Async roll batch completed", batch + told, in: span)
    return answer.response
  }
}
