/// What was measured for one number of rolls.
struct ComparisonResult: Sendable {
  /// One iteration's seconds; a contender that could not be measured is missing.
  typealias Iteration = [Contender: Double]

  let rolls: Int
  private(set) var iterations: [Iteration] = []
  private(set) var samples: [Contender: Sample] = [:]
  /// Rolls, or batches, that failed; none of them is part of a time.
  var failed = 0
  /// The traces of the measured batches, as the service named them.
  var batchTraces: [String] = []

  init(rolls: Int) {
    self.rolls = rolls
  }

  mutating func add(_ iteration: Iteration) {
    iterations.append(iteration)
    for (contender, seconds) in iteration { samples[contender, default: Sample()].add(seconds) }
  }

  func sample(_ contender: Contender) -> Sample { samples[contender] ?? Sample() }

  /// How many times the sequential rolls take as long as the batch; nil where one of the two was never measured.
  var factor: RatioEstimate? { RatioEstimate(sample(.sequential), over: sample(.batch)) }

  /// (N + 1) / 2.
  var theoreticalFactor: Double { Contender.sequential.theory(rolls: rolls) / Contender.batch.theory(rolls: rolls) }
}
