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

  /// The first two are the RFC's.
  @Test(arguments: [
    ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("Sun Nov  6 08:49:37 1994", 784_111_777),
    ("Wed Nov 16 08:49:37 1994", 784_975_777), ("Friday, 01-Jan-27 00:00:00 GMT", 1_798_761_600),
    ("Tuesday, 01-Jan-69 00:00:00 GMT", 3_124_224_000), ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
  ])
  func theObsoleteFormsAreRead(text: String, seconds: Int64) {
    #expect(HTTPDate.parse(text) == seconds)
  }

  @Test func aLeapSecondIsTheNextMinutesFirst() {
    #expect(HTTPDate.parse("Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800)
    #expect(HTTPDate.parse("Sat, 31 Dec 2016 23:59:61 GMT") == nil)
  }

  @Test(arguments: [
    "", "soon", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1969 08:49:37 GMT", "Sun, 06 Nov 1994 08:+9:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06-Nov 08:49:37 GMT", "Sun Nov -6 08:49:37 1994", "Sun Nov 6 08:49 1994",
  ])
  func otherFormsAreNoDates(text: String) {
    #expect(HTTPDate.parse(text) == nil)
  }
}
