import ServiceCore
import Telemetry
import Testing

@testable import Compare

struct StatisticsTests {
  private func sample(_ values: [Double]) -> Sample {
    var sample = Sample()
    for value in values { sample.add(value) }
    return sample
  }

  @Test func `A sample has the figures of a textbook`() {
    let sample = sample([2, 4, 4, 4, 5, 5, 7, 9])
    #expect(sample.mean == 5 && sample.minimum == 2 && sample.maximum == 9)
    #expect(abs(sample.standardDeviation - (32.0 / 7).squareRoot()) < 1e-12)
  }

  @Test func `A sample without values has no figures`() {
    let empty = Sample()
    #expect(empty.mean.isNaN && empty.minimum.isNaN && empty.standardDeviation.isNaN)
    #expect(sample([3]).standardDeviation.isNaN)
    #expect(RatioEstimate(empty, over: sample([1])) == nil)
    #expect(RatioEstimate(sample([4]), over: sample([2]))?.value == 2)
  }

  @Test func `Of fewer than four values there is no interval`() throws {
    let four = sample([1, 2, 3, 4])
    for count in 1..<4 {
      let few = sample([1, 2, 3].prefix(count).map { $0 })
      #expect(RatioEstimate(few, over: four)?.interval == nil && RatioEstimate(four, over: few)?.interval == nil)
    }
    #expect(RatioEstimate(four, over: four)?.interval != nil)
  }

  @Test(arguments: [(1.0, 12.706), (4, 2.776), (8.9, 2.306), (30, 2.042), (40, 2.021), (60, 2.000), (120, 1.980)])
  func `Student's quantiles are those of the tables`(freedom: Double, quantile: Double) {
    #expect(abs(StudentT.quantile975(freedom: freedom) - quantile) < 0.0015)
  }

  /// By hand: the relative variances of the means are 5/108 and 1/40, which makes 5.84 degrees of freedom.
  @Test func `The interval of a small example is Welch's`() throws {
    let estimate = try #require(RatioEstimate(sample([3, 5, 7, 9]), over: sample([1, 2, 2, 2, 3])))
    let interval = try #require(estimate.interval)
    #expect(estimate.value == 3)
    #expect(abs(interval.lowerBound - 1.5100) < 0.0005 && abs(interval.upperBound - 5.9602) < 0.0005)
  }

  @Test(arguments: [(10, 5), (10, 20), (20, 5), (2, 10)])
  func `The interval holds the true factor in about 95 of 100 comparisons`(rolls: Int, iterations: Int) throws {
    var random = Xoshiro256(seed: UInt64(rolls * 100 + iterations))
    func delays() -> [Double] { (0..<rolls).map { _ in .random(in: 0..<1, using: &random) } }
    var held = 0
    for _ in 0..<2000 {
      var result = ComparisonResult(rolls: rolls)
      for _ in 0..<iterations {
        result.add([.sequential: delays().reduce(0, +), .batch: delays().max() ?? 0])
      }
      let interval = try #require(result.factor?.interval)
      if interval.contains(result.theoreticalFactor) { held += 1 }
    }
    #expect((0.92...0.99).contains(Double(held) / 2000), "\(held) of 2000")
  }

  @Test func `Theory for uniform delays is N/2, N/(N+1) and (N+1)/2`() {
    #expect(Contender.sequential.theory(rolls: 10) == 5)
    #expect(Contender.batch.theory(rolls: 10) == 10.0 / 11)
    #expect(abs(ComparisonResult(rolls: 10).theoreticalFactor - 5.5) < 1e-12)
  }

  @Test func `Every contender comes first, second and third equally often`() {
    let orders = (0..<6).map { Contender.order(iteration: $0) }
    for place in 0..<3 {
      #expect(
        Dictionary(grouping: orders.map { $0[place] }, by: \.self).mapValues(\.count).values.allSatisfy { $0 == 2 }
      )
    }
  }

  @Test(arguments: [
    (5.234, 1.156, "Async rolling is 4.53x FASTER than sequential!"),
    (1.0, 1.5, "Async rolling is 1.50x SLOWER than sequential!"),
  ])
  func `The last three lines are the reference's`(sequential: Double, batch: Double, line: String) throws {
    var result = ComparisonResult(rolls: 10)
    result.add([.sequential: sequential, .batch: batch])
    let url = try #require(ServiceURL("http://localhost:8107"))
    let settings = CompareSettings(url: url, die: "fair", rolls: [10], iterations: 1)
    let report = ComparisonReport(settings: settings, results: [result], isInterrupted: false)
    let lines = report.text.split(separator: "\n").suffix(3)
    #expect(
      Array(lines) == [
        "Sequential Rolls: \(sequential == 1 ? "1.000" : "5.234") seconds",
        "Async Batch Roll: \(batch == 1.5 ? "1.500" : "1.156") seconds", Substring(line),
      ]
    )
  }

  @Test func `An iteration in which nothing could be measured adds to no time`() {
    var result = ComparisonResult(rolls: 5)
    result.add([:])
    result.add([.sequential: 2])
    #expect(result.factor == nil && result.sample(.sequential).values == [2])
  }
}
