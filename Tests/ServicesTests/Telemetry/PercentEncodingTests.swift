import ServiceCore
import Testing

@testable import Telemetry

struct PercentEncodingTests {
  @Test(arguments: [
    ("fair", "fair"), ("AZaz09-._~", "AZaz09-._~"), ("a b&c=d", "a%20b%26c%3Dd"), ("50%+\u{7}", "50%25%2B%07"),
    ("ü", "%C3%BC"), ("", ""),
  ])
  func `A value within a query is encoded but for its unreserved characters, and decodes to itself`(
    text: String,
    encoded: String
  ) {
    #expect(text.queryEncoded == encoded)
    #expect(PercentEncoding.decode(encoded.utf8) == Array(text.utf8))
  }

  @Test(arguments: ["%", "%4", "a%4g", "%%41"])
  func `A percent sign without two digits spoils the whole text`(text: String) {
    #expect(PercentEncoding.decode(text.utf8) == nil)
  }
}
