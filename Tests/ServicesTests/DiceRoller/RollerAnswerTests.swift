import LoopHTTP
import ServiceCore
import Testing

@testable import DiceRoller
@testable import DieService

struct RollerAnswerTests {
  private static func bytes(_ response: Response) -> [UInt8] {
    if case .bytes(let bytes) = response.body { bytes } else { [] }
  }

  private static func json(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

  @Test func `What is written is the specified text, and is read as what it was`() throws {
    let (roll, batch) = (RollAnswer(roll: 4), BatchAnswer(rolls: [2, 5, 2, 5, 2]))
    let dice = DieList(identifiers: ["fair", "a \"b\""])
    #expect(String(decoding: Self.bytes(roll.response), as: UTF8.self) == #"{"roll":4}"#)
    #expect(
      String(decoding: Self.bytes(batch.response), as: UTF8.self) == #"{"total":16,"rolls":[2,5,2,5,2],"count":5}"#
    )
    #expect(String(decoding: Self.bytes(dice.response), as: UTF8.self) == #"{"identifiers":["fair","a \"b\""]}"#)
    #expect(RollAnswer(try JSONParser.parse(Self.bytes(roll.response))) == roll)
    #expect(BatchAnswer(try JSONParser.parse(Self.bytes(batch.response))) == batch)
    #expect(DieList(try JSONParser.parse(Self.bytes(dice.response))) == dice)
  }

  @Test func `Members that others have added do no harm`() throws {
    #expect(RollAnswer(try Self.json(#"{"roll":4,"trace_id":"0af7"}"#))?.roll == 4)
    let batch = BatchAnswer(try Self.json(#"{"trace_id":"0af7","total":3,"rolls":[1,2],"count":2}"#))
    #expect(batch?.total == 3 && batch?.rolls == [1, 2])
  }

  @Test(arguments: ["{}", "[]", "4", #"{"roll":"4"}"#, #"{"roll":4.5}"#, #"{"rolls":[4]}"#])
  func `What is no roll is not read as one`(text: String) throws {
    #expect(RollAnswer(try Self.json(text)) == nil)
  }

  @Test(arguments: [
    "{}", #"{"total":3}"#, #"{"rolls":[3]}"#, #"{"total":"3","rolls":[3]}"#, #"{"total":3,"rolls":[3,"4"]}"#,
    #"{"total":3,"rolls":3}"#,
  ])
  func `What is no batch is not read as one`(text: String) throws {
    #expect(BatchAnswer(try Self.json(text)) == nil)
  }

  @Test(arguments: ["{}", #"{"identifiers":"fair"}"#, #"{"identifiers":["fair",4]}"#])
  func `What is no list of names is not read as one`(text: String) throws {
    #expect(DieList(try Self.json(text)) == nil)
  }
}
