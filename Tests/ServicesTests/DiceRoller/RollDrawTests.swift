import Telemetry
import Testing

@testable import DiceRoller
@testable import DieService

@Suite struct RollDrawTests {
  private static let fair = DieSpecification(faces: [1, 2, 3, 4, 5, 6], errorRate: 0)

  @Test(arguments: [Duration.milliseconds(10), .seconds(1), .seconds(3600)])
  func `A roll may take a hundredth longer than its delay, and never more than 4 ms`(maximum: Duration) {
    var random = Xoshiro256()
    for _ in 0..<1000 {
      let draw = RollDraw(Self.fair, maximumDelay: maximum, using: &random)
      #expect(Duration.zero...maximum ~= draw.delay)
      #expect(Duration.zero...min(maximum / 100, .milliseconds(4)) ~= draw.tolerance)
      #expect(draw.tolerance * 100 <= draw.delay)
    }
  }

  private static let second = Duration.seconds(1)

  private func draws(_ die: DieSpecification, errorRate: Double, delay: Duration) -> [RollDraw] {
    var random = Xoshiro256(seed: 42)
    let incident = Incident(number: 3, errorRate: errorRate, delay: delay)
    return (0..<10_000).map { _ in RollDraw(die, maximumDelay: Self.second, during: incident, using: &random) }
  }

  @Test func `Between incidents a roll knows of none`() {
    var random = Xoshiro256(seed: 42)
    #expect(RollDraw(Self.fair, maximumDelay: Self.second, during: nil, using: &random).disturbance == nil)
  }

  @Test func `An incident delays each roll beside its own delay`() throws {
    let delays = draws(Self.fair, errorRate: 0, delay: .seconds(2)).map(\.delay)
    #expect(delays.allSatisfy { Duration.seconds(2)...Duration.seconds(3) ~= $0 })
    #expect(try #require(delays.max()) - #require(delays.min()) > .milliseconds(900))
  }

  @Test func `What only delays a roll does not fail it`() {
    let draws = draws(Self.fair, errorRate: 0, delay: .seconds(2))
    #expect(draws.allSatisfy { $0.face != nil && $0.disturbance == .init(incident: 3, isFailure: false) })
  }

  @Test func `An incident fails rolls beside those that their die fails, and is to blame for its own alone`() {
    let draws = draws(DieSpecification(faces: [1], errorRate: 0.5), errorRate: 0.5, delay: .zero)
    let failures = draws.filter { $0.face == nil }
    let blamed = draws.filter { $0.disturbance?.isFailure == true }
    #expect(blamed.allSatisfy { $0.face == nil })
    // One half, and half of the other; binomial, with standard deviations of 43: five of them.
    #expect(abs(failures.count - 7500) < 215)
    #expect(abs(blamed.count - 2500) < 215)
  }
}
