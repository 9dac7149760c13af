import HTTPTypes
import Testing

@testable import LoopHTTP

@Suite struct OutgoingFieldTests {
  @Test(arguments: [
    "", "plain", " spaces at both ends\t", "a\r\nInjected: yes", "nul\u{0} and delete\u{7f}", "tab\tinside", "grüße",
    "0123456789abcdef\n", " ", "\r",
  ])
  func aValueIsWhatHTTPFieldMakesOfIt(value: String) throws {
    let name = try #require(HTTPField.Name("x-test"))
    #expect(OutgoingField(name, value).value == HTTPField(name: name, value: value).value)
  }
}
