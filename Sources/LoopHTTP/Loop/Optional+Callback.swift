extension Optional {
  /// A pointer that libuv passes to a callback: C cannot say that it is never null, libuv's documentation does.
  @inline(__always)
  var fromLibuv: Wrapped {
    guard let self else { preconditionFailure("libuv calls back with what it was given") }
    return self
  }
}
