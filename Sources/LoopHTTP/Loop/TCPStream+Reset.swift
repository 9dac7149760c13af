internal import CUV

extension TCPStream {
  /// For an owner that is not about to read: where reading has paused or met the end, a reset is told nevertheless, as reading
  /// would tell it. Where no descriptor is left for that, the next write does.
  @inline(__always)
  func watchForReset() {
    if !isReading { startWatching() }
  }

  private func startWatching() {
    guard resetWatch == nil, canWrite, let descriptor else { return }
    resetWatch = try? ResetWatch(loop: loop, descriptor: Int32(descriptor)) { [unowned self] in
      unsafe didRead(Int(UV_ECONNRESET.rawValue), nil)
    }
  }

  /// Gives the descriptor back that `watchForReset` took.
  func stopWatching() {
    resetWatch?.close()
    resetWatch = nil
  }
}
