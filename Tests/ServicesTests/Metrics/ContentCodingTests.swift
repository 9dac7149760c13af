import Testing

@testable import Telemetry

@Suite struct ContentCodingTests {
  @Test(
    arguments: [
      ([], .identity),
      (["gzip"], .gzip),
      (["GZIP;Q=1.0, identity;q=0.5"], .gzip),
      (["x-gzip"], .gzip),
      (["gzip, deflate, br, zstd"], .gzip),
      (["deflate", "gzip;q=0.1"], .gzip),
      (["*"], .gzip),
      (["*;q=0.5, gzip;q=0"], .identity),
      (["gzip;q=0"], .identity),
      (["gzip;q=0.000"], .identity),
      (["gzip;q=nonsense"], .identity),
      (["identity;q=1, gzip;q=0.5"], .identity),
      (["identity"], .identity),
      (["deflate, br"], .identity),
      (["", ",;,", ";q=1"], .identity),
    ] as [([String], ContentCoding)]
  )
  func acceptEncodingDecides(acceptEncoding: [String], coding: ContentCoding) {
    #expect(ContentCoding.preferred(acceptEncoding: acceptEncoding) == coding)
  }
}
