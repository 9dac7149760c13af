internal import CUV
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The look-ups of host names that are under way, those of all loops together. Safe to use from any thread.
///
/// The system offers no way to end a look-up that has begun, and one whose name server does not answer takes many seconds. So
/// whoever asks for a name that is being looked up shares that look-up: a name holds one thread, however often it is asked for.
/// And the threads are not those of libuv's pool, which gives look-ups two of its four: two such names would keep every other
/// from being looked up.
final class NameResolver: Sendable {
  /// Every address in the order the system prefers, at least one, with port 0.
  typealias Result = Swift.Result<[SocketAddress], UVError>

  /// Names one who asks.
  struct Ticket: Sendable {
    fileprivate let host: String
    fileprivate let id: Int
  }

  private struct State {
    /// Who waits for each name that is being looked up, or is to be; perhaps nobody any more.
    var askers: [String: [Int: @Sendable (Result) -> Void]] = [:]
    /// Names that wait for a thread.
    var waiting: [String] = []
    var threads = 0
    var lastID = 0
  }

  private let state = Mutex(State())
  private let mostThreads: Int
  private let resolve: @Sendable (String) -> Result

  /// The process' own: asks the system.
  static let shared = NameResolver(resolve: askSystem)

  /// `resolve` may hold its thread; further names than `mostThreads` wait until one of them is free.
  init(mostThreads: Int = 64, resolve: @escaping @Sendable (String) -> Result) {
    self.mostThreads = mostThreads
    self.resolve = resolve
  }

  /// Calls `whenDone` once, on any thread, unless `abandon` comes first.
  func lookUp(_ host: String, whenDone: @escaping @Sendable (Result) -> Void) -> Ticket {
    let (ticket, needsThread) = state.withLock { state in
      state.lastID += 1
      let isNew = state.askers[host] == nil
      state.askers[host, default: [:]][state.lastID] = whenDone
      if isNew { state.waiting.append(host) }
      let needsThread = isNew && state.threads < mostThreads
      if needsThread { state.threads += 1 }
      return (Ticket(host: host, id: state.lastID), needsThread)
    }
    if needsThread { startThread(for: host) }
    return ticket
  }

  /// Nobody is told any more. The look-up, once begun, goes on until the system ends it.
  func abandon(_ ticket: Ticket) {
    state.withLock { _ = $0.askers[ticket.host]?.removeValue(forKey: ticket.id) }
  }

  private func startThread(for host: String) {
    var thread = uv_thread_t()
    let own = unsafe Unmanaged.passRetained(self)
    let result = unsafe uv_thread_create(
      &thread,
      { argument in
        _ = pthread_detach(pthread_self())
        unsafe Unmanaged<NameResolver>.fromOpaque(argument.fromLibuv).takeRetainedValue().work()
      },
      own.toOpaque()
    )
    guard result < 0 else { return }
    unsafe own.release()
    state.withLock { state in
      state.threads -= 1
      state.waiting.removeAll { $0 == host }
    }
    tell(host, .failure(UVError(code: result)))
  }

  /// One name after the other, until none waits.
  private func work() {
    while let host = state.withLock({ NameResolver.next(&$0) }) { tell(host, resolve(host)) }
  }

  private static func next(_ state: inout State) -> String? {
    while !state.waiting.isEmpty {
      let host = state.waiting.removeFirst()
      if state.askers[host]?.isEmpty == false { return host }
      state.askers[host] = nil
    }
    state.threads -= 1
    return nil
  }

  private func tell(_ host: String, _ result: Result) {
    let askers = state.withLock { $0.askers.removeValue(forKey: host) }
    for whenDone in (askers ?? [:]).values { whenDone(result) }
  }

  private static func askSystem(_ host: String) -> Result {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = streamSocket
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return .failure(.nameNotResolved) }
    defer { unsafe freeaddrinfo(list) }
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let address = unsafe entry.pointee.ai_addr.flatMap({ unsafe SocketAddress($0) }) { addresses.append(address) }
      unsafe next = entry.pointee.ai_next
    }
    return addresses.isEmpty ? .failure(.nameNotResolved) : .success(addresses)
  }

  #if canImport(Glibc)
    private static let streamSocket = Int32(SOCK_STREAM.rawValue)
  #else
    private static let streamSocket = SOCK_STREAM
  #endif
}
