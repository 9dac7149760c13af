/// The ways to get N rolls.
enum Contender: String, Sendable, CaseIterable {
  /// N times `/roll`, each after the other's answer.
  case sequential
  /// `/roll-async?times=N` once.
  case batch
  /// N times `/roll` at once.
  case concurrent

  /// Seconds that it takes on average where a roll's delay is uniform between 0 and a second: the sum of N such delays,
  /// or the longest of them.
  func theory(rolls: Int) -> Double {
    let count = Double(rolls)
    return switch self {
    case .sequential: count / 2
    case .batch, .concurrent: count / (count + 1)
    }
  }

  /// The order of an iteration: each contender comes first, second and third equally often.
  static func order(iteration: Int) -> [Contender] {
    let first = iteration % allCases.count
    return Array(allCases[first...] + allCases[..<first])
  }
}
