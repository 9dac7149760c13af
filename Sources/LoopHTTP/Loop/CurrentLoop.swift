#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Which loop the running thread belongs to, in one thread-local slot.
enum CurrentLoop {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let result = unsafe pthread_key_create(&key, nil)
    precondition(result == 0, "no thread-local slot left")
    return key
  }()

  static func get() -> EventLoop? {
    guard let pointer = unsafe pthread_getspecific(key) else { return nil }
    // SAFETY: only a loop's own thread sets its slot, and that thread keeps the loop alive until it has cleared it.
    return unsafe Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
  }

  /// The index of the running thread's loop where it is one of that group; without touching a reference count.
  @inline(__always)
  static func index(inGroup id: Int) -> Int? {
    guard let pointer = unsafe pthread_getspecific(key) else { return nil }
    // SAFETY: as above.
    return unsafe Unmanaged<EventLoop>.fromOpaque(pointer)._withUnsafeGuaranteedRef { loop in
      loop.groupID == id ? loop.index : nil
    }
  }

  /// Whether the running thread is that loop's. Compares addresses only: nothing is retained.
  @inline(__always)
  static func isThread(of loop: EventLoop) -> Bool {
    unsafe pthread_getspecific(key) == Unmanaged.passUnretained(loop).toOpaque()
  }

  static func set(_ loop: EventLoop?) {
    let pointer = unsafe loop.map { unsafe Unmanaged.passUnretained($0).toOpaque() }
    let result = unsafe pthread_setspecific(key, pointer)
    precondition(result == 0, "thread-local slot lost")
  }
}
