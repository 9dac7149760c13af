import Testing

@testable import LoopHTTP

/// Whatever the order of reads and of those who take from them: nothing is lost, nothing comes twice.
@Suite struct InboundBytesTests {
  @Test(arguments: 0..<10) func bytesComeOutAsTheyWentIn(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    var pool = BufferPool()
    var inbound = InboundBytes()
    var expected: [UInt8] = []
    var readBuffer = [UInt8](repeating: 0, count: 20_000)
    var next: UInt8 = 0
    for _ in 0..<100 {
      // As a read callback does: the owner takes what it likes, and the buffer is then used anew.
      let count = Int.random(in: 1...([10, 1000, 20_000].randomElement(using: &random) ?? 1), using: &random)
      for index in 0..<count {
        readBuffer[index] = next
        next &+= 1
      }
      expected += readBuffer[..<count]
      unsafe readBuffer.withUnsafeBufferPointer { bytes in
        unsafe inbound.append(UnsafeBufferPointer(rebasing: bytes[..<count]))
        use(&inbound, &expected, &pool, &random)
        inbound.keepRest(&pool)
      }
      for index in readBuffer.indices { readBuffer[index] = 0xee }
      use(&inbound, &expected, &pool, &random)
      if expected.count > 100_000 {
        inbound.consume(expected.count)
        expected = []
      }
    }
  }

  /// Takes something in one of the ways that there are, and compares what waits.
  private func use(
    _ inbound: inout InboundBytes,
    _ expected: inout [UInt8],
    _ pool: inout BufferPool,
    _ random: inout SplitMix
  ) {
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let count = Int.random(in: 0...expected.count, using: &random)
      let start = Int.random(in: 0...count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: inbound.consume(count)
      case 1: #expect(inbound.take(start..<count, consuming: count) == Array(expected[start..<count]))
      case 2:
        #expect(inbound.take(0..<expected.count, consuming: expected.count) == expected)
        expected = []
        continue
      case 3:
        #expect(inbound.copy(start..<count) == Array(expected[start..<count]))
        continue
      default:
        inbound.releaseBuffer(&pool)
        continue
      }
      expected.removeFirst(count)
    }
    #expect(inbound.count == expected.count)
    #expect(inbound.withSpan { span in span.indices.map { span[$0] } } == expected)
  }

  @Test func theMemoryOfAReadIsNotKept() {
    var pool = BufferPool()
    var inbound = InboundBytes()
    let bytes = Array("GET".utf8)
    unsafe bytes.withUnsafeBufferPointer { lent in
      unsafe inbound.append(lent)
      inbound.withSpan { span in
        unsafe span.withUnsafeBufferPointer { unsafe #expect($0.baseAddress == lent.baseAddress) }
      }
      inbound.keepRest(&pool)
      inbound.withSpan { span in
        unsafe span.withUnsafeBufferPointer { unsafe #expect($0.baseAddress != lent.baseAddress) }
      }
    }
  }
}
