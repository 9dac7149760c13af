/// How many attributes one record keeps, and how long their texts may be.
public struct AttributeLimits: Sendable, Hashable {
  /// Most attributes; further names are dropped and counted.
  public var count: Int
  /// Longest text in Unicode scalars; nil for no limit.
  public var valueLength: Int?

  /// Limits of the given sizes; the defaults are the specification's.
  public init(count: Int = 128, valueLength: Int? = nil) {
    self.count = count
    self.valueLength = valueLength
  }
}

/// How much one span keeps (OpenTelemetry SDK environment variables, "Span Limits"); the defaults are the specification's.
public struct SpanLimits: Sendable, Hashable {
  /// The span's own attributes.
  public var attributes = AttributeLimits()
  /// Each event's attributes.
  public var eventAttributes = AttributeLimits()
  /// Each link's attributes.
  public var linkAttributes = AttributeLimits()
  /// Most events; later ones are dropped and counted.
  public var eventCount = 128
  /// Most links; later ones are dropped and counted.
  public var linkCount = 128

  /// The defaults of each property.
  public init() {}
}
