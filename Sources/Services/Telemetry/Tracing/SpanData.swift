public import Tracing

/// Everything a span records (OpenTelemetry trace specification; field by field what OTLP carries).
public struct SpanData: Sendable {
  /// Something that happened at one moment of the span.
  public struct Event: Sendable, Hashable {
    /// What happened.
    public let name: String
    /// Nanoseconds since 1970.
    public let time: UInt64
    /// Its details.
    public let attributes: AttributeList
  }

  /// A relation to a span that is not the parent.
  public struct Link: Sendable, Hashable {
    /// The other span.
    public let context: SpanContext
    /// Details of the relation.
    public let attributes: AttributeList
  }

  /// How the span's work ended.
  public enum Status: Sendable, Hashable {
    /// Nobody said.
    case unset
    /// The application declares success; instrumentation never does.
    case ok
    /// Failed, with a description where nothing else tells the reason.
    case error(String?)
  }

  /// The span's name.
  public var name: String
  /// The span's own identity.
  public let context: SpanContext
  /// The parent, nil for a root.
  public let parent: SpanContext?
  /// Its role in the exchange.
  public let kind: SpanKind
  /// Who made the span.
  public let scope: InstrumentationScope
  /// Nanoseconds since 1970.
  public let startTime: UInt64
  /// Nanoseconds since 1970, never before `startTime`; nil while the span runs.
  public internal(set) var endTime: UInt64?
  /// Details.
  public var attributes: AttributeList
  /// What happened in it, in order.
  public var events: [Event] = []
  /// How many events found no room.
  public var droppedEventCount = 0
  /// Other spans it belongs to.
  public var links: [Link] = []
  /// How many links found no room.
  public var droppedLinkCount = 0
  /// How it ended.
  public var status = Status.unset

  mutating func access<Result>(_ body: (inout SpanData) -> Result) -> Result {
    body(&self)
  }

  /// Makes the last change and sets the end; nil, and nothing is changed, where it has one. Else the nanoseconds from the start.
  mutating func end(at time: UInt64, _ change: (inout SpanData) -> Void) -> UInt64? {
    guard endTime == nil else { return nil }
    change(&self)
    let end = max(time, startTime)
    endTime = end
    return end - startTime
  }

  /// `ok` is final; a description stays only with an error (OpenTelemetry API, "Set Status").
  mutating func setStatus(_ status: Status) {
    switch (self.status, status) {
    case (.ok, _), (_, .unset): break
    case (.unset, .ok), (.unset, .error), (.error, .ok), (.error, .error): self.status = status
    }
  }

  mutating func changeUnlessEnded(_ change: (inout SpanData) -> Void) {
    if endTime == nil { change(&self) }
  }
}

/// The library that makes spans (OpenTelemetry, "Instrumentation Scope"). A class, because every span of it has it.
public final class InstrumentationScope: Sendable, Equatable {
  /// The library's name.
  public let name: String
  /// The library's version; empty when it has none.
  public let version: String
  /// The semantic conventions its attributes follow; empty when it does not say.
  public let schemaURL: String

  static let unknown = InstrumentationScope(name: "")

  /// A scope of the given parts.
  public init(name: String, version: String = "", schemaURL: String = "") {
    self.name = name
    self.version = version
    self.schemaURL = schemaURL
  }

  /// Whether they name the same library, whichever tracers they are of.
  public static func == (left: InstrumentationScope, right: InstrumentationScope) -> Bool {
    left === right
      || (left.name, left.version, left.schemaURL) == (right.name, right.version, right.schemaURL)
  }
}
