/// A value that the actors of one loop share; used by them without a hop, hence checked by the loop and not by the compiler.
final class LoopShared<Value>: @unchecked Sendable {
  // SAFETY: on one loop's thread only, and each access ends before anybody else's code runs.
  @safe @exclusivity(unchecked) var value: Value

  init(_ value: Value) {
    self.value = value
  }
}
