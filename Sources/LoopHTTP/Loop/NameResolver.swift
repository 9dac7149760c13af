internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Host names to addresses, on libuv's thread pool.
enum NameResolver {
  /// Every address of `host` in the order the system prefers; an address in digits is returned without a look-up.
  /// Suspends; throws `nameNotResolved` where there is none. Only on `loop`.
  static func resolve(
    _ host: String,
    port: UInt16,
    on loop: EventLoop,
    isolation: isolated (any Actor)? = #isolation
  ) async throws(UVError) -> [SocketAddress] {
    if let address = try? SocketAddress(ip: host, port: port) { return [address] }
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    let addresses = unsafe try await UVRequest<uv_getaddrinfo_t, [SocketAddress]>.perform(on: loop) { raw in
      unsafe uv_getaddrinfo(
        loop.raw,
        raw,
        { raw, status, list in
          let result = unsafe NameResolver.collect(status: status, list)
          unsafe UVRequest<uv_getaddrinfo_t, [SocketAddress]>.finish(raw.fromLibuv, result)
        },
        host,
        String(port),
        &hints
      )
    }
    guard !addresses.isEmpty else { throw .nameNotResolved }
    return addresses
  }

  private static func collect(
    status: Int32,
    _ list: UnsafeMutablePointer<addrinfo>?
  ) -> Result<[SocketAddress], UVError> {
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
    return .success(addresses)
  }
}
