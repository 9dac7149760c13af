/// Counts requests in work, up to a limit. Pure.
struct RequestCounter {
  private let limit: Int
  private var count = 0

  init(limit: Int) {
    self.limit = limit
  }

  /// False where the limit is reached; else the caller must `end()`.
  mutating func begin() -> Bool {
    guard count < limit else { return false }
    count += 1
    return true
  }

  mutating func end() {
    count -= 1
  }
}
