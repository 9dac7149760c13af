import LoopHTTP

extension EventLoopGroup {
  /// The loops of a command; where the system has too little for them, the failure says what to do.
  static func start(loopCount: Int?) throws(RunFailure) -> EventLoopGroup {
    do throws(UVError) {
      return try EventLoopGroup(loopCount: loopCount)
    } catch {
      let count = loopCount ?? availableCPUs()
      let advice = count == 1 ? "" : " or choose fewer with --loops"
      throw RunFailure(description: "cannot start event loops (\(count)): \(error); raise `ulimit -n`\(advice)")
    }
  }
}
