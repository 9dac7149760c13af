internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A host name on its way to addresses, on libuv's thread pool. The system offers no way to end a look-up that has begun, so
/// whoever has a time limit abandons it instead. Used on its loop only.
@safe final class NameLookup {
  typealias Result = Swift.Result<[SocketAddress], UVError>
  private typealias Request = UVRequest<uv_getaddrinfo_t, [SocketAddress]>

  /// Every address in the order the system prefers, at least one; nil until the look-up has ended.
  private(set) var result: Result?
  private var request: Request?
  private var whenDone: ((Result) -> Void)?

  /// Begins. `whenDone` is called once, at once for an address in digits; not at all after `abandon()`.
  init(_ host: String, port: UInt16, on loop: EventLoop, whenDone: @escaping (Result) -> Void) {
    self.whenDone = whenDone
    if let address = try? SocketAddress(ip: host, port: port) {
      end(.success([address]))
    } else {
      start(host, port: port, on: loop)
    }
  }

  /// Suspends until the look-up has ended; callable from everywhere.
  static func result(of host: String, port: UInt16, on loop: EventLoop) async -> Result {
    await withCheckedContinuation { continuation in
      loop.execute { _ = NameLookup(host, port: port, on: loop) { continuation.resume(returning: $0) } }
    }
  }

  private func start(_ host: String, port: UInt16, on loop: EventLoop) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    let request = unsafe Request.start(on: loop, whenFinished: end) { raw in
      unsafe uv_getaddrinfo(
        loop.raw,
        raw,
        { raw, status, list in
          unsafe Request.finish(raw.fromLibuv, NameLookup.collect(status: status, list))
        },
        host,
        String(port),
        &hints
      )
    }
    if result == nil { unsafe self.request = request }
  }

  /// Nobody wants the result any more; a look-up that still waits for a thread gives its place up.
  func abandon() {
    whenDone = nil
    if let request = unsafe request.take() {
      unsafe _ = uv_cancel(UnsafeMutableRawPointer(request.raw).assumingMemoryBound(to: uv_req_t.self))
    }
  }

  private func end(_ result: Result) {
    unsafe request = nil
    self.result = result
    whenDone.take()?(result)
  }

  private static func collect(status: Int32, _ list: UnsafeMutablePointer<addrinfo>?) -> Result {
    defer { unsafe uv_freeaddrinfo(list) }
    guard status == 0 else { return .failure(UVError(code: status)) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.ai_addr.flatMap({ unsafe SocketAddress($0) }) {
        addresses.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    return addresses.isEmpty ? .failure(.nameNotResolved) : .success(addresses)
  }
}
