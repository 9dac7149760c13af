/// What goes wrong while results are told. Each is told whatever became of the others; then the command fails, with all
/// reasons in one line.
struct FailureList {
  private var reasons: [String] = []

  /// Keeps why `step` failed.
  mutating func attempt(_ step: () async throws -> Void) async {
    do {
      try await step()
    } catch {
      add("\(error)")
    }
  }

  /// Keeps a reason; one that is known adds nothing.
  mutating func add(_ reason: String) {
    if !reasons.contains(reason) { reasons.append(reason) }
  }

  /// Throws where there is a reason.
  func throwIfAny() throws(RunFailure) {
    guard reasons.isEmpty else { throw RunFailure(description: reasons.joined(separator: "; ")) }
  }
}
