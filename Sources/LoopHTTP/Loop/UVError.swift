internal import CUV

/// A failed operation of the event loop: what libuv reported, as a closed set of causes that callers can act on.
///
/// Source: libuv's error constants (`UV_ERRNO_MAP`); this file is the only place that knows their numbers.
public enum UVError: Error, Hashable, Sendable {
  /// The address and port are in use by another socket.
  case addressInUse
  /// The address is not one of this machine's.
  case addressNotAvailable
  /// The operation was cancelled, or its handle closed, before it ended.
  case cancelled
  /// The peer refused the connection.
  case connectionRefused
  /// The peer reset the connection, or it broke while in use.
  case connectionReset
  /// The peer has ended its side of the stream.
  case endOfStream
  /// No route leads to the host or network.
  case hostUnreachable
  /// The name has no address, or could not be looked up.
  case nameNotResolved
  /// The process or system has no file descriptors left.
  case outOfFileDescriptors
  /// The process may not do this (for example listen on a port below 1024).
  case permissionDenied
  /// The operating system gave up waiting.
  case timedOut
  /// Nothing can be written at the moment without waiting.
  case wouldBlock
  /// Any other code, as libuv numbers it.
  case other(code: Int32)

  init(code: Int32) {
    self =
      switch code {
      case UV_EADDRINUSE.rawValue: .addressInUse
      case UV_EADDRNOTAVAIL.rawValue: .addressNotAvailable
      case UV_ECANCELED.rawValue: .cancelled
      case UV_ECONNREFUSED.rawValue: .connectionRefused
      case UV_ECONNRESET.rawValue, UV_ECONNABORTED.rawValue, UV_EPIPE.rawValue: .connectionReset
      case UV_EOF.rawValue: .endOfStream
      case UV_EHOSTUNREACH.rawValue, UV_ENETUNREACH.rawValue: .hostUnreachable
      case UV_EAI_NONAME.rawValue, UV_EAI_NODATA.rawValue, UV_EAI_AGAIN.rawValue, UV_EAI_FAIL.rawValue:
        .nameNotResolved
      case UV_EMFILE.rawValue, UV_ENFILE.rawValue: .outOfFileDescriptors
      case UV_EACCES.rawValue, UV_EPERM.rawValue: .permissionDenied
      case UV_ETIMEDOUT.rawValue: .timedOut
      case UV_EAGAIN.rawValue: .wouldBlock
      default: .other(code: code)
      }
  }

  /// Throws what a negative libuv result means; returns any other unchanged.
  @discardableResult
  static func check(_ result: Int32) throws(UVError) -> Int32 {
    guard result >= 0 else { throw UVError(code: result) }
    return result
  }
}

extension UVError: CustomStringConvertible {
  /// A phrase for people, in lower case, to stand after a colon.
  public var description: String {
    switch self {
    case .addressInUse: "address already in use"
    case .addressNotAvailable: "address not available on this machine"
    case .cancelled: "cancelled"
    case .connectionRefused: "connection refused"
    case .connectionReset: "connection reset by peer"
    case .endOfStream: "end of stream"
    case .hostUnreachable: "host unreachable"
    case .nameNotResolved: "name could not be resolved"
    case .outOfFileDescriptors: "out of file descriptors"
    case .permissionDenied: "permission denied"
    case .timedOut: "timed out"
    case .wouldBlock: "would block"
    case .other(let code): unsafe String(cString: uv_strerror(code))
    }
  }
}
