import Testing

@testable import DiceRoller
@testable import DieService

@Suite struct RollDrawTests {
  private static let fair = DieSpecification(faces: [1, 2, 3, 4, 5, 6], errorRate: 0)

  @Test(arguments: [Duration.milliseconds(10), .seconds(1), .seconds(3600)])
  func `A roll may take a hundredth longer than its delay, and never more than 4 ms`(maximum: Duration) {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<1000 {
      let draw = RollDraw(Self.fair, maximumDelay: maximum, using: &random)
      #expect(Duration.zero...maximum ~= draw.delay)
      #expect(Duration.zero...min(maximum / 100, .milliseconds(4)) ~= draw.tolerance)
      #expect(draw.tolerance * 100 <= draw.delay)
    }
  }
}
