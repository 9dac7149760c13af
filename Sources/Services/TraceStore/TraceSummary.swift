import FoundationEssentials
import OTLPMessages

/// What a search shows of a trace, kept up as spans arrive, so that listing traces decodes none.
struct TraceSummary: Sendable, Equatable {
  /// The span without a parent; until it has arrived the earliest one stands in for it.
  private(set) var rootName = ""
  private(set) var rootServiceName = ""
  /// Nanoseconds since 1970 of the earliest start.
  private(set) var startTime = UInt64.max
  /// Nanoseconds since 1970 of the latest end.
  private(set) var endTime: UInt64 = 0
  /// Spans and failed spans by service. At most `maximumServices` of them.
  private(set) var services: [String: Counts] = [:]
  private var hasRoot = false
  /// Of the spans so far, each of which counts once: an exporter that got no answer sends again.
  private var spanIDs: Set<UInt64> = []

  struct Counts: Sendable, Equatable, Encodable {
    var spanCount = 0
    var errorCount = 0
  }

  /// A request path seldom has more; each name costs memory that the storage does not measure.
  static let maximumServices = 64
  /// Characters that are kept of a name.
  static let longestName = 256

  /// Whether `services` has every service under its whole name.
  var namesAllServices: Bool {
    services.count < Self.maximumServices && services.keys.allSatisfy { $0.count < Self.longestName }
  }

  var nanoseconds: UInt64 { endTime > startTime ? endTime - startTime : 0 }
  var spanCount: Int { services.values.reduce(0) { $0 + $1.spanCount } }

  mutating func add(_ resourceSpans: Opentelemetry_Proto_Trace_V1_ResourceSpans) {
    let service = resourceSpans.resource.serviceName
    spanIDs.reserveCapacity(spanIDs.count + resourceSpans.scopeSpans.reduce(0) { $0 + $1.spans.count })
    for span in resourceSpans.scopeSpans.lazy.flatMap(\.spans) {
      guard spanIDs.insert(span.spanID.reduce(0) { $0 << 8 | UInt64($1) }).inserted else { continue }
      let isRoot = span.parentSpanID.isEmpty
      if isRoot && !hasRoot || !hasRoot && span.startTimeUnixNano < startTime {
        rootName = String(span.name.prefix(Self.longestName))
        rootServiceName = service
        hasRoot = isRoot
      }
      startTime = min(startTime, span.startTimeUnixNano)
      endTime = max(endTime, span.endTimeUnixNano)
      guard services.count < Self.maximumServices || services[service] != nil else { continue }
      services[service, default: Counts()].spanCount += 1
      if span.status.code == .error { services[service, default: Counts()].errorCount += 1 }
    }
  }
}

extension Opentelemetry_Proto_Resource_V1_Resource {
  /// `service.name`, as a search result names it.
  var serviceName: String {
    let name = attributes.first { $0.key == "service.name" }?.value.stringValue ?? ""
    return name.isEmpty ? "unknown_service" : String(name.prefix(TraceSummary.longestName))
  }
}
