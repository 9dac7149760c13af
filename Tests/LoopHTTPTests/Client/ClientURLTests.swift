import Testing

@testable import LoopHTTP

@Suite struct ClientURLTests {
  @Test(arguments: [
    ("http://a", "a", 80, "/"), ("http://a:8080/b?c=d#e", "a", 8080, "/b?c=d"), ("HTTP://a/", "a", 80, "/"),
    ("http://[::1]:9/x", "::1", 9, "/x"), ("http://a?b", "a", 80, "/?b"), ("http://a:/", "a", 80, "/"),
    ("http://127.0.0.1:0/", "127.0.0.1", 0, "/"),
  ])
  func partsAreTakenApart(text: String, host: String, port: Int, target: String) throws {
    let url = try ClientURL(text)
    #expect(url.origin.host == host && Int(url.origin.port) == port && url.target == target)
  }

  @Test(arguments: [
    "", "a", "http://", "http://u@a/", "http://a b/", "http://a:99999/", "http://a:+5/", "http://a:x/", "http://[::1/",
    "http://[::1]x/", "http://a/\r\nX: y", "http://ä/",
  ])
  func whatIsNoUrlIsRefused(text: String) {
    #expect(throws: ClientError.invalidURL(text)) { _ = try ClientURL(text) }
  }

  @Test func onlyHttpIsSpoken() {
    #expect(throws: ClientError.unsupportedScheme("https")) { _ = try ClientURL("https://a/") }
  }

  @Test(arguments: ["http://a/", "http://a:8080/b?c", "http://[::1]:9/"])
  func aUrlIsDescribedAsItWasGiven(text: String) throws {
    #expect(try ClientURL(text).description == text)
  }
}
