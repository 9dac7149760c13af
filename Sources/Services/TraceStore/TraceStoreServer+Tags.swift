import HTTPTypes
import LoopHTTP
import ServiceCore
import Synchronization
import Telemetry

/// What there is to ask for, which a query editor offers its user (Grafana Tempo's HTTP API, "Search tag names" and "Search
/// tag values").
extension TraceStoreServer {
  /// Which of Tempo's two forms is answered.
  enum TagsVersion: Sendable {
    case one
    case two
  }

  /// The newest traces tell; those of a large store would take a minute.
  private static let mostScannedTraces = 1000

  /// What `scope` may be; `none` and nothing mean all.
  static let tagScopes = ["resource", "span", "intrinsic", "none", ""]

  /// Answers with the names of all attributes.
  func tagNames(_ request: Request, _ version: TagsVersion) async -> Response {
    let scope = request.queryValue("scope") ?? ""
    guard Self.tagScopes.contains(scope) else {
      let form = "resource, span, intrinsic or none"
      return Response("scope must be \(form), and is '\(scope.prefix(64))'\n", status: .badRequest)
    }
    do throws(TraceQueryParser.Fault) {
      let search = try TraceSearch(request.queryItems.filter { Self.timeRange.contains($0.name) })
      var names = TagNames()
      if scope != "intrinsic" {
        for trace in scanned(search) where !Task.isCancelled {
          let own = await reading.run {
            var names = TagNames()
            if let document = self.document(trace) { names.add(document) }
            return names
          }
          names.formUnion(own)
          guard min(names.resource.count, names.span.count) < TagNames.most else { break }
        }
      }
      let scopes = [
        ("resource", names.resource.sorted()), ("span", names.span.sorted()),
        ("intrinsic", TraceQuery.Field.intrinsics),
      ].filter { scope.isEmpty || scope == "none" || $0.0 == scope }
      return .json(Self.tagNames(scopes, version, isAsked: scope == "intrinsic"))
    } catch {
      return Response(error.message + "\n", status: .badRequest)
    }
  }

  private static func tagNames(
    _ scopes: [(name: String, tags: [String])],
    _ version: TagsVersion,
    isAsked isIntrinsicAsked: Bool
  ) -> JSONValue {
    switch version {
    // Without scopes, who reads the names could not tell intrinsic ones from attributes.
    case .one:
      let tags = scopes.filter { isIntrinsicAsked || $0.name != "intrinsic" }.flatMap(\.tags)
      return ["tagNames": .array(Set(tags).sorted().map { .string($0) })]
    case .two:
      let scopes = scopes.map { scope -> JSONValue in
        ["name": .string(scope.name), "tags": .array(scope.tags.prefix(TagNames.most).map { .string($0) })]
      }
      return ["scopes": .array(scopes)]
    }
  }

  /// Answers with the values of one field, in the spans that `q` asks for.
  func tagValues(_ request: Request, _ version: TagsVersion) async -> Response {
    let tag = request.parameters["tag"] ?? ""
    guard let field = TraceQuery.Field(tag) ?? (version == .one ? .anyScope(tag) : nil) else {
      let message = "The tag must be a field (\(TraceQuery.Field.form)), and is '\(tag.prefix(64))'"
      return Response(message + "\n", status: .badRequest)
    }
    if let known = TagValue.known(of: field) { return .json(Self.tagValues(known, version)) }
    do throws(TraceQueryParser.Fault) {
      var items = request.queryItems.filter { Self.timeRange.contains($0.name) }
      // The editor asks while its user still writes: half a query filters nothing.
      if let query = request.queryValue("q"), (try? TraceQueryParser.parse(query)) != nil { items.append(("q", query)) }
      let search = try TraceSearch(items)
      var values: Set<TagValue> = []
      for trace in scanned(search) where values.count < TagValue.most && !Task.isCancelled {
        if search.filters.isEmpty, let summary = storage.withLock({ $0[trace]?.summary }),
          let told = field.values(ofTrace: summary)
        {
          values.formUnion(told.flatMap(TagValue.all))
          continue
        }
        let own = await reading.run { () -> Set<TagValue> in
          guard let stored = self.storage.withLock({ $0[trace] }), let document = TraceDocument(stored) else {
            return []
          }
          return search.tagValues(of: field, in: document, stored.summary)
        }
        values.formUnion(own)
      }
      return .json(Self.tagValues(values, version))
    } catch {
      return Response(error.message + "\n", status: .badRequest)
    }
  }

  private static func tagValues(_ values: Set<TagValue>, _ version: TagsVersion) -> JSONValue {
    let sorted = values.sorted { ($0.text, $0.type) < ($1.text, $1.type) }.prefix(TagValue.most)
    let members = sorted.map { value -> JSONValue in
      switch version {
      case .one: .string(value.text)
      case .two: ["type": .string(value.type), "value": .string(value.text)]
      }
    }
    return ["tagValues": .array(members)]
  }

  private static let timeRange: Set<String> = ["start", "end"]

  /// The newest traces that the search does not exclude by their summaries.
  private func scanned(_ search: TraceSearch) -> [TraceID] {
    var found: [TraceID] = []
    for id in storage.withLock({ $0.newestFirst }) {
      guard found.count < Self.mostScannedTraces else { break }
      if let summary = storage.withLock({ $0[id]?.summary }), search.admits(summary) { found.append(id) }
    }
    return found
  }

  private func document(_ id: TraceID) -> TraceDocument? {
    storage.withLock { $0[id] }.flatMap(TraceDocument.init)
  }

  /// Answers with the version of this store, by which Grafana tells what a Tempo can do; it is no Tempo of that version.
  func buildInformation() -> Response {
    .json([
      "version": .string(version), "revision": "", "branch": "", "buildDate": "", "buildUser": "", "goVersion": "",
    ])
  }
}
