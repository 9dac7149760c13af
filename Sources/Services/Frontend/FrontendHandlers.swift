import DiceRoller
import DieService
import HTTPTypes
import LoopHTTP
import ServiceCore
import Telemetry

/// The frontend's routes besides the page's files.
struct FrontendHandlers: Sendable {
  let tools: ServiceTools
  let metrics: FrontendMetrics
  let roller: ServiceURL
  let dieService: DieServiceClient
  let traceStore: ServiceURL?

  /// `GET /roll`
  func roll(_ request: Request) async throws -> Response {
    var query = QueryReader(request)
    guard let die = query.text("die") else { return query.faultResponse }
    let span = OTelSpan.current
    span?.setAttribute(.dieType, .string(die))
    let told = [Attribute(LogField.dieType, die)]
    tools.logger.info("Frontend roll request received", told, in: span)
    let call = BackendCall(
      tools: tools,
      metrics: metrics,
      base: roller,
      die: die,
      timeout: .seconds(5),
      messages: .roll,
      told: told
    )
    return try await call.run("/roll?die=\(die.queryEncoded)") { (answer: RollAnswer) in
      OTelSpan.current?.setAttribute(.rollValue, .int(Int64(answer.roll)))
      return [Attribute(LogField.rollValue, answer.roll)]
    }
  }

  /// `GET /roll-async`
  func rollAsync(_ request: Request) async throws -> Response {
    var query = QueryReader(request)
    let die = query.text("die")
    let times = query.integer("times", in: DiceRollerServer.batchSizes)
    guard let die, let times else { return query.faultResponse }
    let span = OTelSpan.current
    span?.setAttributes([Attribute(.dieType, die), Attribute(.asyncBatchSize, times)])
    metrics.batchRequests(String(times)).increment()
    let told = [Attribute(LogField.dieType, die), Attribute(LogField.times, times)]
    tools.logger.info("Frontend async roll request received", told, in: span)
    let call = BackendCall(
      tools: tools,
      metrics: metrics,
      base: roller,
      die: die,
      timeout: .seconds(10),
      messages: .rollAsync,
      told: told
    )
    return try await call.run("/roll-async?die=\(die.queryEncoded)&times=\(times)") { (answer: BatchAnswer) in
      guard answer.rolls.count == times else { return nil }
      OTelSpan.current?.setAttribute(.asyncTotalResult, .int(Int64(answer.total)))
      return [Attribute(LogField.total, answer.total), Attribute(LogField.rolls, answer.rolls)]
    }
  }

  /// `GET /dice`
  func dice(_ request: Request) async throws -> Response {
    if let identifier = request.queryValue("identifier") { return try await die(identifier) }
    do throws(DieServiceClient.Failure) {
      let list = try await dieService.list()
      tools.logger.info(
        "Die list fetched from die service",
        [Attribute(LogField.count, list.identifiers.count), Attribute(LogField.identifiers, list.identifiers)]
      )
      return list.response
    } catch {
      if error == .cancelled { throw CancellationError() }
      tools.logger.error("Error fetching die list from die service", [Attribute(LogField.error, "\(error)")])
      return .failure(error.httpError)
    }
  }

  /// `GET /dice?identifier=fair`: what the die-service says of it.
  private func die(_ identifier: String) async throws -> Response {
    do throws(DieServiceClient.Failure) {
      return try await dieService.specification(of: identifier).response(named: identifier)
    } catch {
      if error == .cancelled { throw CancellationError() }
      return .failure(error.httpError)
    }
  }

  /// `GET /traces/{trace_id}`; also with an id as Tempo's search gives it, without leading zeros.
  func trace(_ request: Request) async throws -> Response {
    let text = request.parameters["trace_id"] ?? ""
    guard let id = TraceID(shortened: text) else {
      let rule = ParameterFault.Rule.pattern(Self.idPattern)
      return .faults([ParameterFault(rule: rule, place: .path, name: "trace_id", input: text)])
    }
    return try await fetch("/api/traces/\(id)", missing: "Trace '\(id)' not found")
  }

  /// Which traces `GET /traces` lists.
  enum TraceSelection: String, CaseIterable {
    case failed, slow

    /// The condition, in TraceQL.
    var condition: String {
      switch self {
      case .failed: "status = error"
      case .slow: "traceDuration > 2s"
      }
    }

    /// What its name looks like.
    static let pattern = "^(\(allCases.map(\.rawValue).joined(separator: "|")))$"
  }

  /// `GET /traces?only=…`: the newest, without those that a reader makes by loading the page.
  func traces(_ request: Request) async throws -> Response {
    let only = request.queryValue("only")
    let selection = only.flatMap(TraceSelection.init)
    if let only, selection == nil {
      let rule = ParameterFault.Rule.pattern(TraceSelection.pattern)
      return .faults([ParameterFault(rule: rule, place: .query, name: "only", input: only)])
    }
    let name = String(tools.name.flatMap { #""\"#.contains($0) ? ["\\", $0] : [$0] })
    var conditions = #"(rootServiceName != "\#(name)" || rootName =~ "GET /roll.*")"#
    if let selection { conditions += " && " + selection.condition }
    let query = "{ \(conditions) }".queryEncoded
    return try await fetch("/api/search?limit=20&q=\(query)", missing: "The trace store has no search")
  }

  /// What a trace id looks like.
  static let idPattern = "^(?!0+$)[0-9a-fA-F]{1,32}$"

  /// The trace store's own JSON; its errors in our words.
  private func fetch(_ target: String, missing: String) async throws -> Response {
    guard let traceStore else {
      return .detail(.serviceUnavailable, "This frontend knows no trace store; TRACE_QUERY_URL names one")
    }
    do throws(ClientError) {
      let url = traceStore.appending(target)
      let response = try await tools.client.get(url, accept: "application/json", timeout: .seconds(5))
      switch response.statusCode {
      case 200: return Response(contentType: .json, body: .bytes(response.body))
      case 404: return .detail(.notFound, missing)
      default: return .detail(.badGateway, "The trace store answered with status \(response.statusCode)")
      }
    } catch {
      let failure = CallFailure(error)
      let detail =
        switch (failure, error) {
        case (.cancelled, _): throw CancellationError()
        case (_, .bodyTooLarge(let limit)): "The trace store's answer has more than \(limit >> 20) MiB"
        case (.timedOut, _): "The trace store gave no answer in time"
        case (.malformed, _): "The trace store gave an answer that makes no sense"
        case (.unavailable, _): "The trace store cannot be reached"
        }
      return .failure(HTTPError(failure.status, detail))
    }
  }
}
