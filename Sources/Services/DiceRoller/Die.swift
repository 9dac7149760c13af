import DieService

/// A die that is rolled: its name and what die-service says of it.
struct Die: Sendable {
  let name: String
  let specification: DieSpecification
}

/// A roll that failed its draw.
struct DieFailure: Error, Sendable, CustomStringConvertible {
  let die: String
  /// The roll's place in its batch; nil for a single roll.
  let index: Int?

  var description: String {
    index.map { "Die '\(die)' failed on roll \($0)" } ?? "Die '\(die)' failed!"
  }
}
