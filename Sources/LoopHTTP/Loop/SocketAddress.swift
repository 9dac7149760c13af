internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// An IPv4 or IPv6 address and port.
@safe public struct SocketAddress: Sendable {
  /// The larger of the two, where either lies: a fifth of `sockaddr_storage`, and each connection has two.
  private var storage: sockaddr_in6

  /// From text such as `127.0.0.1` or `::1`; throws where `ip` is neither form.
  public init(ip: String, port: UInt16) throws(UVError) {
    var storage = sockaddr_in6()
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      let raw = UnsafeMutableRawPointer(pointer)
      // SAFETY: an IPv4 address is smaller, and asks for no more alignment.
      let result = unsafe uv_ip4_addr(ip, Int32(port), raw.assumingMemoryBound(to: sockaddr_in.self))
      return unsafe result == 0
        ? result : uv_ip6_addr(ip, Int32(port), raw.assumingMemoryBound(to: sockaddr_in6.self))
    }
    try UVError.check(result)
    self.storage = storage
  }

  /// Copies what the system handed out; nil for families other than IPv4 and IPv6.
  init?(_ address: UnsafePointer<sockaddr>) {
    var storage = sockaddr_in6()
    let count: Int
    switch Int32(unsafe address.pointee.sa_family) {
    case AF_INET: count = MemoryLayout<sockaddr_in>.size
    case AF_INET6: count = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: address, count: count))
    }
    self.storage = storage
  }

  /// Asks a socket, for example with `uv_tcp_getsockname`; nil for families other than IPv4 and IPv6.
  init?(asking query: (UnsafeMutablePointer<sockaddr>, inout Int32) -> Int32) {
    var storage = sockaddr_in6()
    var length = Int32(MemoryLayout<sockaddr_in6>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe query(UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr.self), &length)
    }
    guard result == 0, [AF_INET, AF_INET6].contains(Int32(storage.sin6_family)) else { return nil }
    self.storage = storage
  }

  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>) -> Result) -> Result {
    unsafe withUnsafePointer(to: storage) { pointer in
      unsafe body(UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self))
    }
  }

  /// True for IPv6.
  public var isIPv6: Bool { Int32(storage.sin6_family) == AF_INET6 }

  var family: Int32 { Int32(storage.sin6_family) }

  /// The port, in host byte order.
  public var port: UInt16 {
    unsafe withPointer { address in
      // SAFETY: the port lies at the same place in both families.
      let port = unsafe UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port
      return UInt16(bigEndian: port)
    }
  }

  /// The same address with another port, in host byte order.
  func with(port: UInt16) -> SocketAddress {
    var changed = self
    unsafe withUnsafeMutablePointer(to: &changed.storage) { pointer in
      // SAFETY: as above.
      unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port =
        port.bigEndian
    }
    return changed
  }

  /// The address without port, such as `127.0.0.1` or `::1`.
  public var ip: String {
    guard isIPv6 else { return dottedDecimals }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
    let result = unsafe withPointer { address in
      unsafe uv_ip6_name(UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in6.self), &text, text.count)
    }
    guard result == 0 else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// An IPv4 address. Not by libuv, which formats with `snprintf`: each traced request tells its peer.
  private var dottedDecimals: String {
    let address = unsafe withPointer { address in
      // SAFETY: the storage holds this family.
      unsafe UInt32(
        bigEndian: UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in.self).pointee.sin_addr.s_addr
      )
    }
    // SAFETY: four numbers of at most three digits and three points are 15 bytes, and `count` are written.
    return unsafe String(unsafeUninitializedCapacity: 15) { text in
      var count = 0
      func put(_ byte: UInt8) {
        unsafe text[count] = byte
        count += 1
      }
      for shift in stride(from: 24, through: 0, by: -8) {
        let number = UInt8(truncatingIfNeeded: address >> UInt32(shift))
        if count > 0 { put(UInt8(ascii: ".")) }
        if number >= 100 { put(UInt8(ascii: "0") + number / 100) }
        if number >= 10 { put(UInt8(ascii: "0") + number / 10 % 10) }
        put(UInt8(ascii: "0") + number % 10)
      }
      return count
    }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `127.0.0.1:8080` or `[::1]:8080`.
  public var description: String {
    isIPv6 ? "[\(ip)]:\(port)" : "\(ip):\(port)"
  }
}
