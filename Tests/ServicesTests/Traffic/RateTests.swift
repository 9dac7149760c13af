import Testing

@testable import Traffic

struct RateTests {
  private func dueTimes(
    _ rate: String,
    warmUp: Double = 0,
    seconds: Double,
    _ pattern: ArrivalPattern,
    seed: UInt64 = 1
  )
    throws -> [Double]
  {
    let profile = try #require(RateSpecification(rate)).profile(warmUpSeconds: warmUp, seconds: seconds)
    return Array(ArrivalSchedule(profile: profile, pattern: pattern, seed: seed))
  }

  @Test(arguments: ["", "0", "-5", "fast", "100,", "100,0", "0-0", "nan", "inf", "1-2-3", "1e9"])
  func `A rate that makes no sense is refused`(text: String) {
    #expect(RateSpecification(text) == nil)
  }

  @Test(arguments: ["200", "0.5", "100,200,400", "100-1000", "0-50"])
  func `A rate is written as it was read`(text: String) {
    #expect(RateSpecification(text)?.description == text)
  }

  @Test func `A constant rate has equal distances, from the first moment on`() throws {
    let times = try dueTimes("10", seconds: 2, .constant)
    #expect(times.count == 20)
    #expect(times.enumerated().allSatisfy { abs($0.element - Double($0.offset) / 10) < 1e-9 })
  }

  @Test func `Steps share the time equally`() throws {
    let times = try dueTimes("10,20,40", seconds: 3, .constant)
    #expect((0..<3).map { second in times.count { Int($0) == second } } == [10, 20, 40])
  }

  @Test func `A ramp reaches its rates at both ends, and as many requests as their mean says`() throws {
    let times = try dueTimes("0-100", seconds: 10, .constant)
    #expect(times.count == 500)
    // Of a rate that grows linearly from 0, a quarter of the requests is due in the first half.
    #expect(times.count { $0 < 5 } == 125)
    let distances = zip(times.dropFirst(), times).map { $0 - $1 }
    #expect(zip(distances.dropFirst(), distances).allSatisfy { $0 < $1 })
    #expect(abs(try #require(distances.last) - 0.01) < 0.0001)
  }

  @Test func `The warm-up goes at the first rate, before the time that is measured`() throws {
    let times = try dueTimes("10-30", warmUp: 2, seconds: 2, .constant)
    #expect(times.count { $0 < 2 } == 20)
    #expect(times.count { $0 >= 2 } == 40)
  }

  @Test func `Poisson arrivals are as many as the rate says and as irregular as chance is`() throws {
    let times = try dueTimes("1000", seconds: 20, .poisson, seed: 42)
    // The count of a Poisson process has its mean as its variance: five standard deviations.
    #expect(abs(Double(times.count) - 20_000) < 5 * 20_000.0.squareRoot())
    let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
    let mean = gaps.reduce(0, +) / Double(gaps.count)
    let deviation = (gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)).squareRoot()
    // Of the exponential distribution both are the same, and 1/e of the values are above the mean.
    #expect(abs(deviation / mean - 1) < 0.05)
    #expect(abs(Double(gaps.count { $0 > mean }) / Double(gaps.count) - 0.3679) < 0.02)
  }

  @Test func `Nobody knows when the first of independent users comes`() throws {
    let first = try (1...200).map { try #require(dueTimes("1", seconds: 100, .poisson, seed: $0).first) }
    let mean = first.reduce(0, +) / 200
    #expect(abs(mean - 1) < 5 / 200.0.squareRoot())
  }

  @Test func `The same seed gives the same arrivals, another seed others`() throws {
    let times = try dueTimes("100-500", seconds: 3, .poisson, seed: 7)
    #expect(try dueTimes("100-500", seconds: 3, .poisson, seed: 7) == times)
    #expect(try dueTimes("100-500", seconds: 3, .poisson, seed: 8) != times)
  }

  @Test func `Loops share the requests of one seed without changing them`() throws {
    let profile = try #require(RateSpecification("200")).profile(warmUpSeconds: 0, seconds: 1)
    func requests(share: Int, of count: Int) -> [OpenArrivals.Arrival] {
      var arrivals = OpenArrivals(
        schedule: ArrivalSchedule(profile: profile, pattern: .poisson, seed: 3),
        mix: DiceMix(),
        seed: 3,
        share: share,
        shareCount: count
      )
      return Array(AnyIterator { arrivals.next() })
    }
    let whole = requests(share: 0, of: 1)
    #expect(whole.count > 100 && Set(whole.map(\.request.dice)).count > 10)
    let parts = (0..<3).flatMap { requests(share: $0, of: 3) }
    #expect(parts.sorted { $0.due < $1.due } == whole)
  }
}
