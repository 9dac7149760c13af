/// Says once that exporting fails and once that it works again, however many exports that takes.
struct OutageLog: Sendable, Hashable {
  /// What to log.
  enum Line: Sendable, Hashable {
    /// Exporting has begun to fail.
    case outage(reason: String)
    /// Exporting works again.
    case recovery
  }

  private enum Phase: Sendable, Hashable {
    case working
    case away
  }

  private var phase = Phase.working

  /// Notes a failed attempt.
  mutating func failed(_ reason: String) -> Line? {
    switch phase {
    case .working:
      phase = .away
      return .outage(reason: reason)
    case .away: return nil
    }
  }

  /// Notes a delivered batch.
  mutating func succeeded() -> Line? {
    switch phase {
    case .working: return nil
    case .away:
      phase = .working
      return .recovery
    }
  }
}
