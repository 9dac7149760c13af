/// Byte arrays that idle connections have given back, so that the next busy one need not allocate.
struct BufferPool {
  private var free: [[UInt8]] = []

  /// As many as connections are commonly busy in one iteration.
  private static let mostBuffers = 256
  /// Larger ones served an unusual message and go back to the system.
  private static let mostBytes = 64 * 1024

  mutating func take() -> [UInt8] {
    free.popLast() ?? []
  }

  /// Takes an empty buffer with its memory.
  mutating func giveBack(_ buffer: consuming [UInt8]) {
    guard buffer.capacity > 0, buffer.capacity <= Self.mostBytes, free.count < Self.mostBuffers else { return }
    free.append(buffer)
  }
}
