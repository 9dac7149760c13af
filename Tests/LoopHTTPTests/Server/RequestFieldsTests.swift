import HTTPTypes
import Testing

@testable import LoopHTTP

/// What a handler finds in a request's head.
@Suite(.timeLimit(.minutes(1))) struct RequestFieldsTests {
  /// Asks a request with these fields for a field; the answer has its values, a line each.
  private func values(of name: String, in fields: [(name: String, value: String)]) async throws -> [String] {
    let asked = try #require(HTTPField.Name(name))
    var router = Router()
    router.get("/") { request in
      #expect(request.header(asked) == request.headerValues(asked).first)
      return Response(request.headerValues(asked).joined(separator: "\n"))
    }
    var request = ClientRequest(.get, try ClientURL("http://test/"))
    request.headerFields = try fields.map { HTTPField(name: try #require(HTTPField.Name($0.name)), value: $0.value) }
    let text = try await router.respond(to: request).text
    return text.isEmpty ? [] : text.split(separator: "\n").map(String.init)
  }

  @Test func aFieldIsFoundByItsNameInAnyCase() async throws {
    let fields = [("X-Dice", "a"), ("accept", "*/*"), ("x-DICE", "b")]
    #expect(try await values(of: "x-dice", in: fields) == ["a", "b"])
    #expect(try await values(of: "ACCEPT", in: fields) == ["*/*"])
    #expect(try await values(of: "host", in: fields) == ["test"])
  }

  /// RFC 9110 §5.6.2: each `tchar`.
  @Test func namesMayHaveAnyCharacterOfATokenAndOnlyLettersHaveTwoCases() async throws {
    let token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
    #expect(try await values(of: token, in: [(token.uppercased(), "a")]) == ["a"])
    #expect(try await values(of: "x^y", in: [("x~y", "a")]) == [])
    #expect(try await values(of: "x~y", in: [("x^y", "a")]) == [])
  }

  @Test func anotherNameOfTheSameLengthIsNotIt() async throws {
    #expect(try await values(of: "x-dice", in: [("x-dicf", "a"), ("y-dice", "b")]) == [])
  }

  @Test(arguments: [62, 63, 64, 127, 200]) func longNamesAreTold(length: Int) async throws {
    let name = String(repeating: "n", count: length)
    #expect(try await values(of: name, in: [(name, "a"), (name + "n", "b")]) == ["a"])
    #expect(try await values(of: name + "nn", in: [(name, "a"), (name + "n", "b")]) == [])
  }
}
