internal import CUV

/// A loop that ends when all is closed, and how long that may take.
final class LoopEnding {
  private let timer: UVHandle
  /// Nothing but work has kept the loop for the whole of its patience.
  private var isKeptByWork = false

  /// Whoever ends servers and clients first has closed everything long before.
  static let patience = Duration.seconds(10)
  /// Of its own.
  static let handleCount = 1

  init(loop: EventLoop, patience: Duration) {
    do throws(UVError) {
      timer = unsafe try UVHandle(loop: loop) { unsafe uv_timer_init($0, $1) }
    } catch {
      preconditionFailure("a timer needs no system resource: \(error)")
    }
    let milliseconds = patience.nanoseconds / 1_000_000
    unsafe uv_update_time(loop.raw)
    let result = unsafe uv_timer_start(
      timer.memory.assumingMemoryBound(to: uv_timer_t.self),
      { handle in
        let loop = unsafe EventLoop.of(handle.fromLibuv.pointee.loop)
        loop.ending?.complain(of: loop)
      },
      milliseconds,
      milliseconds
    )
    precondition(result == 0, "a timer that is not closing can be started")
  }

  func close() {
    timer.close()
  }

  /// A request, such as a write to a pipe that nobody reads, may take as long as it likes.
  private func complain(of loop: EventLoop) {
    let open = LoopEnding.openHandles(of: loop)
    if !open.isEmpty {
      fatalError(
        "loop \(loop.index) cannot end, because of what is open on it: \(open.joined(separator: ", ")). "
          + "Servers, clients, signal watchers and precise timers must be ended before their group"
      )
    }
    if case let calls = loop.inbox.visitors, calls > 0 {
      fatalError("loop \(loop.index) cannot end, because calls that need it have not returned: \(calls)")
    }
    guard loop.ledger.requestsStarted == loop.ledger.requestsFinished else { return isKeptByWork = false }
    // It may be the last that comes, and the end be near.
    if isKeptByWork { fatalError("loop \(loop.index) cannot end, because its tasks enqueue work for ever") }
    isKeptByWork = true
  }

  /// Those that are not the loop's own, by libuv's names for their types, and sockets by their address.
  private static func openHandles(of loop: EventLoop) -> [String] {
    var names: [String] = []
    unsafe withUnsafeMutablePointer(to: &names) { names in
      unsafe uv_walk(
        loop.raw,
        { handle, names in
          guard unsafe uv_is_closing(handle) == 0 else { return }
          // SAFETY: libuv's names are constants, and the array is there as long as the walk takes.
          guard let name = unsafe uv_handle_type_name(uv_handle_get_type(handle)).map({ unsafe String(cString: $0) }),
            !["async", "prepare", "check", "idle", "timer"].contains(name)
          else { return }
          let address = unsafe name == "tcp" ? LoopEnding.address(ofSocket: handle.fromLibuv) : nil
          unsafe names.fromLibuv.assumingMemoryBound(to: [String].self).pointee.append(
            address.map { "\(name) \($0)" } ?? name
          )
        },
        names
      )
    }
    return names
  }

  /// SAFETY: the handle is a `uv_tcp_t`.
  private static func address(ofSocket handle: UnsafeMutablePointer<uv_handle_t>) -> SocketAddress? {
    unsafe SocketAddress { address, length in
      unsafe uv_tcp_getsockname(UnsafeRawPointer(handle).assumingMemoryBound(to: uv_tcp_t.self), address, &length)
    }
  }
}
