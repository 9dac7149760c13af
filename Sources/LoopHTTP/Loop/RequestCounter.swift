/// Counts requests in work on one loop; used by its actors without a hop, hence checked by the loop and not by the
/// compiler.
final class RequestCounter: @unchecked Sendable {
  private var count = 0

  /// False where `limit` is reached; else the caller must `end()`.
  func begin(limit: Int) -> Bool {
    guard count < limit else { return false }
    count += 1
    return true
  }

  func end() {
    count -= 1
  }
}
