import Telemetry

/// The newest traces in bounded memory. Pure: it knows neither clock nor socket.
///
/// A trace is kept as protobuf in the pieces that came, since joined encodings of one message are the encoding of the
/// merged message; so its size is known, and a fraction of what decoded spans take.
struct TraceStorage: Sendable {
  struct Trace: Sendable {
    fileprivate(set) var pieces: [[UInt8]] = []
    fileprivate(set) var summary = TraceSummary()
    fileprivate var byteCount = TraceStorage.traceOverhead
    fileprivate var messageCount = 0
  }

  /// What a trace takes besides its spans: its summary and its places in dictionary and order; measured, rounded up.
  static let traceOverhead = 1024
  /// What an array takes besides its bytes.
  static let pieceOverhead = 64
  /// What a span takes besides its bytes: its id in the summary's table, which may be half empty.
  static let spanOverhead = 24

  /// Bytes that all traces may take together.
  let limit: Int
  /// Bytes that one trace may take, so that a runaway one does not push out all others.
  var traceLimit: Int { limit / 4 }
  /// Messages that one trace may have: it is decoded to be answered, and small ones grow by far.
  let messageLimit: Int

  private(set) var byteCount = 0
  private var traces: [TraceID: Trace] = [:]
  /// By first arrival, oldest first. The ids before `oldest` are of traces that have gone.
  private var order: [TraceID] = []
  private var oldest = 0

  init(limit: Int, messageLimit: Int = .max) {
    self.limit = limit
    self.messageLimit = messageLimit
  }

  var count: Int { traces.count }

  /// Bytes that the spans take where they are a trace's first.
  static func size(ofNew spans: SpansOfTrace) -> Int { size(of: spans) + traceOverhead }

  private static func size(of spans: SpansOfTrace) -> Int {
    spans.encoded.count + pieceOverhead + spans.spanCount * spanOverhead
  }

  /// Adds spans to their trace and drops the oldest traces that no longer fit. False, and nothing is kept, where the
  /// trace would be larger than `traceLimit` or have more messages than `messageLimit`.
  mutating func add(_ spans: SpansOfTrace) -> Bool {
    let size = Self.size(of: spans)
    let before = traces[spans.traceID]?.byteCount ?? 0
    let messages = (traces[spans.traceID]?.messageCount ?? 0) + spans.messageCount
    guard max(before, Self.traceOverhead) + size <= traceLimit, messages <= messageLimit else { return false }
    if before == 0 { order.append(spans.traceID) }
    var trace = traces.removeValue(forKey: spans.traceID) ?? Trace()
    trace.pieces.append(spans.encoded)
    for batch in spans.batches { trace.summary.add(batch) }
    trace.byteCount += size
    trace.messageCount = messages
    byteCount += trace.byteCount - before
    traces[spans.traceID] = trace
    while byteCount > limit { removeOldest(keeping: spans.traceID) }
    return true
  }

  private mutating func removeOldest(keeping newest: TraceID) {
    if order[oldest] == newest { order.append(newest) } else { forget(order[oldest]) }
    oldest += 1
    if oldest > order.count / 2 {
      order.removeFirst(oldest)
      oldest = 0
    }
  }

  private mutating func forget(_ id: TraceID) {
    guard let trace = traces.removeValue(forKey: id) else { return }
    byteCount -= trace.byteCount
  }

  /// The trace; nil where it never came or has gone.
  subscript(id: TraceID) -> Trace? { traces[id] }

  /// The ids of all traces, newest first.
  var newestFirst: [TraceID] { order[oldest...].reversed() }
}
