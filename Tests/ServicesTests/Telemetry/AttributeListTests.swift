import Testing

@testable import Telemetry

struct AttributeListTests {
  private static func list(_ attributes: Attribute...) -> AttributeList {
    AttributeList(attributes, limits: AttributeLimits())
  }

  @Test func `The newest value of a name wins, in the place of the first`() {
    let list = Self.list(Attribute("a", 1), Attribute("b", 2), Attribute("a", 3))
    #expect(list.elements == [Attribute("a", 3), Attribute("b", 2)])
  }

  /// Of the same length, and alike at both ends and in the middle.
  @Test func `Names that differ in a single byte are different names`() {
    let list = Self.list(Attribute("die.faces", 1), Attribute("dia.faces", 2))
    #expect(list.elements.count == 2)
    #expect(list["die.faces"] == .int(1))
    #expect(list["dia.faces"] == .int(2))
    #expect(list["dio.faces"] == nil)
  }

  @Test func `A name made while the program runs is the same as a constant`() {
    let list = Self.list(Attribute(.dieType, "fair"))
    #expect(list[AttributeKey(["die", "type"].joined(separator: "."))] == .string("fair"))
    #expect(Set([AttributeKey.dieType, AttributeKey("die.type")]).count == 1)
    #expect(list[""] == nil)
  }
}
