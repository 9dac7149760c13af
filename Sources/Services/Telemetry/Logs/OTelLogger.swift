public import Logging

/// Writes the log records of one service (OpenTelemetry API, "Logger").
///
/// swift-log's own loggers carry metadata in a dictionary: making, copying and sorting it takes as long as all else of a line,
/// and the order in which its fields were written is lost. So the services write their events here, with attributes as spans
/// have them; libraries that want a logger of swift-log get ``swiftLogger``, whose events go the same way.
public struct OTelLogger: Sendable {
  /// Events below it are not written.
  public var level: Logger.Level

  private let output: Output

  /// What all copies of a logger share.
  private final class Output: Sendable {
    let source: LogSource
    let style: LogStyle
    let sink: any LogSink
    let emit: (@Sendable (LogRecord) -> Void)?
    let now: @Sendable () -> Int64

    init(
      source: LogSource,
      style: LogStyle,
      sink: any LogSink,
      emit: (@Sendable (LogRecord) -> Void)?,
      now: @escaping @Sendable () -> Int64
    ) {
      self.source = source
      self.style = style
      self.sink = sink
      self.emit = emit
      self.now = now
    }
  }

  /// - Parameters:
  ///   - source: the logger's name and its service.
  ///   - style: how a record becomes a line.
  ///   - processor: gets each record besides the line that the sink gets.
  ///   - now: microseconds since 1970; tests give their own.
  public init(
    source: LogSource,
    style: LogStyle,
    sink: any LogSink,
    level: Logger.Level = .info,
    processor: (any LogRecordProcessor)? = nil,
    now: @escaping @Sendable () -> Int64 = WallClock.microseconds
  ) {
    self.level = level
    // Not the processor itself, which would be copied for each line even where there is none.
    output = Output(source: source, style: style, sink: sink, emit: processor?.onEmit, now: now)
  }

  /// Writes an event at DEBUG; see ``emit(_:_:_:in:)``.
  public func debug(
    _ message: @autoclosure () -> String,
    _ attributes: @autoclosure () -> [Attribute] = [],
    in span: @autoclosure () -> OTelSpan? = .current
  ) {
    emit(.debug, message(), attributes(), in: span())
  }

  /// Writes an event at INFO; see ``emit(_:_:_:in:)``.
  public func info(
    _ message: @autoclosure () -> String,
    _ attributes: @autoclosure () -> [Attribute] = [],
    in span: @autoclosure () -> OTelSpan? = .current
  ) {
    emit(.info, message(), attributes(), in: span())
  }

  /// Writes an event at WARNING; see ``emit(_:_:_:in:)``.
  public func warning(
    _ message: @autoclosure () -> String,
    _ attributes: @autoclosure () -> [Attribute] = [],
    in span: @autoclosure () -> OTelSpan? = .current
  ) {
    emit(.warning, message(), attributes(), in: span())
  }

  /// Writes an event at ERROR; see ``emit(_:_:_:in:)``.
  public func error(
    _ message: @autoclosure () -> String,
    _ attributes: @autoclosure () -> [Attribute] = [],
    in span: @autoclosure () -> OTelSpan? = .current
  ) {
    emit(.error, message(), attributes(), in: span())
  }

  /// Formats an event and hands its line over, unless its level is too low. Never suspends and never waits for I/O.
  ///
  /// - Parameters:
  ///   - message: Without values, so that lines of one kind are found by it.
  ///   - attributes: In the order in which the line shows them; no name may occur twice.
  ///   - span: What the line points at. Who has it at hand spares the look-up of the active one.
  public func emit(
    _ level: Logger.Level,
    _ message: @autoclosure () -> String,
    _ attributes: @autoclosure () -> [Attribute] = [],
    in span: @autoclosure () -> OTelSpan? = .current
  ) {
    guard level >= self.level else { return }
    let output = output
    let record = LogRecord(
      microseconds: output.now(),
      level: level,
      message: message(),
      source: output.source,
      span: span().flatMap { SpanReference($0.spanContext) },
      attributes: attributes()
    )
    output.sink.write { output.style.append(record, to: &$0) }
    output.emit?(record)
  }

  /// The same log for a library.
  public var swiftLogger: Logger {
    Logger(label: output.source.logger) { _ in OTelLogHandler(self) }
  }
}
