/// Decides what the batch processor exports when it wakes up. Pure: the processor does the exporting.
struct BatchSchedule: Sendable, Hashable {
  /// What woke the processor.
  struct Wakes: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    /// A whole batch waits.
    static let batchReady = Wakes(rawValue: 1)
    /// The schedule's delay has passed.
    static let timer = Wakes(rawValue: 2)
    /// Somebody waits for everything to be exported.
    static let flush = Wakes(rawValue: 4)
  }

  /// Whether the last batch could not be delivered: then full batches wait for the timer, as the receiver is away.
  private(set) var isReceiverAway = false

  let batchSize: Int

  /// How many of `queued` records to export now.
  func count(for wakes: Wakes, queued: Int) -> Int {
    if wakes.contains(.flush) || wakes.contains(.timer) { return queued }
    if wakes.contains(.batchReady), !isReceiverAway { return queued - queued % batchSize }
    return 0
  }

  /// Notes what became of a batch, and says whether to go on with the next.
  mutating func finished(_ result: ExportResult) -> Bool {
    switch result {
    case .delivered, .dropped: isReceiverAway = false
    case .undelivered: isReceiverAway = true
    }
    return !isReceiverAway
  }
}
