internal import CUV

/// One one-shot operation of libuv (connect, write, resolve): the request's memory, whatever must live as long, and the
/// task that waits for its end.
///
/// The request's `data` holds one reference to this object from a successful start to the callback.
@safe final class UVRequest<Raw, Value: Sendable> {
  private let loop: EventLoop
  let raw: UnsafeMutablePointer<Raw>
  private var continuation: UnsafeContinuation<Result<Value, UVError>, Never>?

  private init(loop: EventLoop) {
    self.loop = loop
    unsafe raw = .allocate(capacity: 1)
  }

  deinit {
    unsafe raw.deallocate()
  }

  /// Suspends until libuv has run the callback, which must call `finish`; a negative result of `start` means that it
  /// never will. Only on the loop.
  static func perform(
    on loop: EventLoop,
    isolation: isolated (any Actor)? = #isolation,
    _ start: (UnsafeMutablePointer<Raw>) -> Int32
  ) async throws(UVError) -> Value {
    loop.preconditionOnLoop()
    let request = UVRequest(loop: loop)
    return try await unsafe withUnsafeContinuation { continuation in
      unsafe request.continuation = continuation
      // SAFETY: every request type begins with `void *data`; the reference is given back in `finish` or below.
      let reference = unsafe Unmanaged.passRetained(request)
      unsafe UnsafeMutableRawPointer(request.raw).assumingMemoryBound(to: uv_req_t.self).pointee.data =
        reference.toOpaque()
      loop.ledger.requestsStarted += 1
      let result = unsafe start(request.raw)
      if result < 0 { unsafe UVRequest.finish(request.raw, .failure(UVError(code: result))) }
    }.get()
  }

  /// Called from the request's callback, once: frees the request and wakes the task.
  static func finish(_ raw: UnsafeMutablePointer<Raw>, _ result: Result<Value, UVError>) {
    let data = unsafe UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_req_t.self).pointee.data
    let request = unsafe Unmanaged<UVRequest<Raw, Value>>.fromOpaque(data.fromLibuv).takeRetainedValue()
    request.loop.ledger.requestsFinished += 1
    unsafe request.continuation.take()?.resume(returning: result)
  }
}
