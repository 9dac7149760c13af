import LoopHTTP

/// Lines for the person who started the program; the standard output belongs to the log.
enum StandardError {
  /// Writes the line on a loop of its own: the program may have no other yet, or no longer. A standard error that is
  /// closed is nobody's loss.
  static func write(_ line: String) async {
    guard let group = try? EventLoopGroup(loopCount: 1) else { return }
    try? await FileWriter(descriptor: 2, loop: group.loops[0]).write(Array((line + "\n").utf8))
    await group.shutdown()
  }
}
