/// A host name on its way to addresses, for somebody on a loop who may give up waiting. Used on that loop only, hence unchecked.
@safe final class NameLookup: @unchecked Sendable {
  typealias Result = NameResolver.Result

  /// Every address in the order the system prefers, at least one; nil until the look-up has ended.
  private(set) var result: Result?
  private let resolver: NameResolver
  private var ticket: NameResolver.Ticket?
  private var whenDone: ((Result) -> Void)?

  /// Begins. `whenDone` is called once, at once for an address in digits; not at all after `abandon()`.
  init(
    _ host: String,
    port: UInt16,
    on loop: EventLoop,
    by resolver: NameResolver = .shared,
    whenDone: @escaping (Result) -> Void
  ) {
    self.resolver = resolver
    self.whenDone = whenDone
    if let address = try? SocketAddress(ip: host, port: port) {
      end(.success([address]))
    } else {
      ticket = resolver.lookUp(host) { result in loop.execute { self.end(NameLookup.result(result, port: port)) } }
    }
  }

  /// Suspends until the look-up has ended; callable from everywhere.
  static func result(of host: String, port: UInt16) async -> Result {
    if let address = try? SocketAddress(ip: host, port: port) { return .success([address]) }
    return await withCheckedContinuation { continuation in
      _ = NameResolver.shared.lookUp(host) { continuation.resume(returning: result($0, port: port)) }
    }
  }

  /// Nobody wants the result any more.
  func abandon() {
    whenDone = nil
    if let ticket { resolver.abandon(ticket) }
  }

  private func end(_ result: Result) {
    self.result = result
    whenDone.take()?(result)
  }

  private static func result(_ result: Result, port: UInt16) -> Result {
    result.map { addresses in addresses.map { $0.with(port: port) } }
  }
}
