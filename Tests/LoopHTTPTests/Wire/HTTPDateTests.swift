import Testing

@testable import LoopHTTP

@Suite struct HTTPDateTests {
  /// RFC 9110 §5.6.7 has the first; the others were made with `date -u`.
  @Test(arguments: [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
    ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
    ("Thu, 31 Dec 2099 12:00:00 GMT", 4_102_401_600),
  ])
  func datesGoBothWays(text: String, seconds: Int) {
    #expect(HTTPDate.format(secondsSince1970: Int64(seconds)) == text)
    #expect(HTTPDate.parse(text) == Int64(seconds))
  }

  @Test(arguments: [
    "", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1969 08:49:37 GMT",
    "Sun, 06 Nov 1994 08:+9:37 GMT",
  ])
  func otherFormsAreNoDates(text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }
}
