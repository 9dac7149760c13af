import DieService
import HTTPTypes
import Logging
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
    OTelSpan.current?.setAttribute(.dieType, .string(name))
    tools.logger.info("Roll request received", metadata: ["die_type": .string(name)])
    do {
      let die = try await source.die(name, failureMessage: "Failed to get die specification")
      let face = try await roller.roll(die, on: request.loop)
      tools.logger.info(
        "Roll completed",
        metadata: [
          "die_type": .string(name), "roll_value": .stringConvertible(face),
          "faces": .stringConvertible(die.specification.faces),
        ]
      )
      return .json { bytes in
        bytes.append(contentsOf: #"{"roll":"#.utf8)
        bytes.append(json: face)
        bytes.append(UInt8(ascii: "}"))
      }
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
    OTelSpan.current?.setAttributes([Attribute(.dieType, name), Attribute(.asyncBatchSize, times)])
    let batch: Logger.Metadata = ["die_type": .string(name), "times": .stringConvertible(times)]
    tools.logger.info("Async roll batch started", metadata: batch)
    metrics.batchSize.observe(Double(times))
    do {
      let die = try await source.die(name, failureMessage: "Failed to get die specification for async roll")
      return try await rollBatch(die, times, on: request.loop, batch)
    } catch let error as HTTPError {
      return .failure(error)
    } catch let failure as DieFailure {
      tools.logger.error(
        "Async roll batch failed",
        metadata: batch.merging(["error": "\(failure)"]) { $1 }
      )
      return .detail(.internalServerError, "Async roll batch failed: \(failure)")
    }
  }

  private func rollBatch(
    _ die: Die,
    _ times: Int,
    on loop: EventLoop,
    _ batch: Logger.Metadata
  ) async throws -> Response {
    let start = EventLoop.monotonicNanoseconds()
    defer { metrics.batchDuration.observe(Double(EventLoop.monotonicNanoseconds() - start) / 1e9) }
    let outcome = try await roller.rollBatch(die, times: times, on: loop)
    OTelSpan.current?.setAttribute(.asyncTotalResult, .int(Int64(outcome.total)))
    let told: Logger.Metadata = [
      "total": .stringConvertible(outcome.total), "rolls": .stringConvertible(outcome.faces),
      "duration": .stringConvertible(Double(EventLoop.monotonicNanoseconds() - start) / 1e9),
    ]
    tools.logger.info("Async roll batch completed", metadata: batch.merging(told) { $1 })
    return .json { bytes in
      bytes.append(contentsOf: #"{"total":"#.utf8)
      bytes.append(json: outcome.total)
      bytes.append(contentsOf: #","rolls":"#.utf8)
      bytes.append(jsonArray: outcome.faces) { $0.append(json: $1) }
      bytes.append(contentsOf: #","count":"#.utf8)
      bytes.append(json: outcome.faces.count)
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
