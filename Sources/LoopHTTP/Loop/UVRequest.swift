internal import CUV

/// One one-shot operation of libuv (connect, write, work for its thread pool): the request's memory, whatever must live as long, and who is told
/// of its end.
///
/// The request's `data` holds one reference to this object from a successful start to the callback.
@safe final class UVRequest<Raw, Value: Sendable> {
  private let loop: EventLoop
  let raw: UnsafeMutablePointer<Raw>
  private var whenFinished: ((Result<Value, UVError>) -> Void)?

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
    try await unsafe withUnsafeContinuation { continuation in
      unsafe _ = Self.start(on: loop, whenFinished: { unsafe continuation.resume(returning: $0) }, start)
    }.get()
  }

  /// As `perform`, for whoever does not wait as a task.
  static func start(
    on loop: EventLoop,
    whenFinished: @escaping (Result<Value, UVError>) -> Void,
    _ start: (UnsafeMutablePointer<Raw>) -> Int32
  ) -> UVRequest {
    loop.preconditionOnLoop()
    let request = UVRequest(loop: loop)
    request.whenFinished = whenFinished
    // SAFETY: every request type begins with `void *data`; the reference is given back in `finish` or below.
    let reference = unsafe Unmanaged.passRetained(request)
    unsafe UnsafeMutableRawPointer(request.raw).assumingMemoryBound(to: uv_req_t.self).pointee.data =
      reference.toOpaque()
    loop.ledger.requestsStarted += 1
    let result = unsafe start(request.raw)
    if result < 0 { unsafe UVRequest.finish(request.raw, .failure(UVError(code: result))) }
    return request
  }

  /// Called from the request's callback, once: frees the request and tells of its end.
  static func finish(_ raw: UnsafeMutablePointer<Raw>, _ result: Result<Value, UVError>) {
    let data = unsafe UnsafeMutableRawPointer(raw).assumingMemoryBound(to: uv_req_t.self).pointee.data
    let request = unsafe Unmanaged<UVRequest<Raw, Value>>.fromOpaque(data.fromLibuv).takeRetainedValue()
    request.loop.ledger.requestsFinished += 1
    request.whenFinished.take()?(result)
  }
}

extension UVRequest where Value == Void {
  /// As `finish`, with what libuv says: a negative status is an error.
  static func finish(_ raw: UnsafeMutablePointer<Raw>, status: Int32) {
    unsafe finish(raw, status < 0 ? .failure(UVError(code: status)) : .success(()))
  }
}
