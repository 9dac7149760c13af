import LoopHTTP
import Testing

struct GzipTests {
  /// "hello" as the gzip tool writes it, without a time.
  static let hello: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x86, 0xa6,
    0x10, 0x36, 0x05, 0x00, 0x00, 0x00,
  ]

  @Test func `What another program compressed is understood`() throws {
    #expect(try Gzip.decompress(Self.hello, limit: 5) == Array("hello".utf8))
  }

  @Test(arguments: [0, 1, 70_000, 1_000_000])
  func `Bytes survive the way there and back`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    #expect(try Gzip.decompress(Gzip.compress(bytes), limit: count) == bytes)
  }

  @Test func `A body that would grow over the limit is refused`() {
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 1_000_000))
    #expect(bomb.count < 2000)
    #expect(throws: Gzip.DecompressionError.tooLarge) { try Gzip.decompress(bomb, limit: 999_999) }
  }

  @Test(arguments: [
    [], Array(hello.dropLast()), hello + [0], [0x1f, 0x8c] + hello.dropFirst(2), Array("plain text".utf8),
    hello.map { $0 == 0x86 ? 0x87 : $0 },
  ])
  func `A body that is no gzip stream is refused`(bytes: [UInt8]) {
    #expect(throws: Gzip.DecompressionError.malformed) { try Gzip.decompress(bytes, limit: 1000) }
  }
}
