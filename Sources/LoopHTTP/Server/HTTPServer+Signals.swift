#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension HTTPServer {
  /// Serves until SIGINT or SIGTERM, then drains: requests in work have `patience` to finish, see `shutdown(timeout:)`. A second
  /// signal has its default action, so that whoever is in a hurry need not wait; unless it is part of the first, see
  /// ``SignalWatcher/shortestRepeat``. Throws what `run` does.
  public func runUntilSignalled(patience: Duration = .seconds(20)) async throws(UVError) {
    // Of its own: the server may end its loops with itself.
    let group = try EventLoopGroup(loopCount: 1)
    let result: Result<Void, UVError>
    do throws(UVError) {
      result = .success(try await run(untilSignalledOn: group.loops[0], patience))
    } catch {
      result = .failure(error)
    }
    await group.shutdown()
    try result.get()
  }

  private func run(untilSignalledOn loop: EventLoop, _ patience: Duration) async throws(UVError) {
    let (signals, signal) = AsyncStream.makeStream(of: Void.self)
    let watcher = try await SignalWatcher.start([SIGINT, SIGTERM], on: loop) { _ in signal.yield() }
    let result: Result<Void, UVError> = await withTaskGroup { tasks in
      tasks.addTask {
        guard await signals.first(where: { _ in true }) != nil else { return await watcher.stop() }
        async let isDefaultAgain: Void = {
          try? await loop.sleep(for: SignalWatcher.shortestRepeat)
          await watcher.stop()
        }()
        await self.shutdown(timeout: patience)
        await isDefaultAgain
      }
      do throws(UVError) {
        try await run()
        tasks.cancelAll()
        return .success(())
      } catch {
        tasks.cancelAll()
        return .failure(error)
      }
    }
    try result.get()
  }
}
