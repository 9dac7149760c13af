@testable import LoopHTTP

/// One connection by hand, on a loop: it sends what no client of ours would, and sees every byte that comes.
actor RawClient: LoopActor, TCPStreamOwner {
  nonisolated let loop: EventLoop
  private let stream: TCPStream
  private let news: WaitPoint
  private var received = ""

  /// A connection to `address`; the caller closes it. Without `reading` it takes nothing until `start`.
  static func connect(
    to address: SocketAddress,
    on loop: EventLoop,
    reading: Bool = true
  ) async throws -> RawClient {
    let stream = try await loop.run { Result { () throws(UVError) in try TCPStream(loop: loop) } }.get()
    let client = RawClient(stream: stream)
    try await client.connect(to: address)
    if reading { await client.start() }
    return client
  }

  init(stream: TCPStream) {
    self.stream = stream
    loop = stream.loop
    news = WaitPoint(loop: stream.loop)
  }

  private func connect(to address: SocketAddress) async throws {
    do {
      try await withCheckedContinuation { continuation in
        stream.startConnecting(to: address) { continuation.resume(returning: $0) }
      }.get()
    } catch {
      stream.close()
      throw error
    }
  }

  /// Begins to read.
  func start() {
    stream.startReading(owner: self)
  }

  nonisolated func streamDidChange() {
    onLoop { client in
      client.received += String(decoding: client.stream.copyInbound(0..<client.stream.inboundCount), as: UTF8.self)
      client.stream.consume(client.stream.inboundCount)
      client.news.wake()
    }
  }

  /// Sends the text as it is.
  func send(_ text: String) async throws {
    try await stream.write(Array(text.utf8))
  }

  /// All that has come, once it contains `text` or the other side has ended.
  func received(until text: String) async -> String {
    while !received.contains(text), stream.readState == .open, !stream.isClosing { await news.wait() }
    return received
  }

  /// All that comes until the other side ends.
  func receivedToEnd() async -> String {
    while stream.readState == .open, !stream.isClosing { await news.wait() }
    return received
  }

  /// Takes what has come away, so that a later look sees only what follows.
  func forget() {
    received = ""
  }

  /// Says that nothing more is sent (FIN); answers can still come.
  func halfClose() async {
    await stream.shutdownWriting()
  }

  func close() {
    stream.close()
    news.wake()
  }
}

extension String {
  /// Finds `text` byte by byte: `"\r\n"` is one character, and a search by characters would miss half of it.
  func contains(_ text: String) -> Bool {
    let bytes = Array(utf8)
    let part = Array(text.utf8)
    guard bytes.count >= part.count else { return false }
    return (0...(bytes.count - part.count)).contains { bytes[$0..<($0 + part.count)].elementsEqual(part) }
  }

  /// How often `text` stands in it, byte by byte.
  func count(of text: String) -> Int {
    let bytes = Array(utf8)
    let part = Array(text.utf8)
    guard bytes.count >= part.count else { return 0 }
    return (0...(bytes.count - part.count)).count { bytes[$0..<($0 + part.count)].elementsEqual(part) }
  }
}
