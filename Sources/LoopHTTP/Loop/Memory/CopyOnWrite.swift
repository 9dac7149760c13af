/// A value behind one reference: a copy shares it, and whoever changes a shared one gets its own first. For a large struct
/// that is handed on many times and rarely kept.
@safe struct CopyOnWrite<Value: Sendable>: Sendable {
  // SAFETY: written only while one reference exists, hence by one thread and with no reader; the memory, initialised at
  // once, goes with the object. Memory of its own, because out of a class's property a value is copied before it is lent.
  @safe private final class Storage: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Value>

    init(_ value: Value) {
      unsafe pointer = .allocate(capacity: 1)
      unsafe pointer.initialize(to: value)
    }

    deinit {
      unsafe pointer.deinitialize(count: 1)
      unsafe pointer.deallocate()
    }
  }

  private var storage: Storage

  init(_ value: Value) {
    storage = Storage(value)
  }

  var value: Value {
    @inline(__always)
    _read { yield unsafe storage.pointer.pointee }
    @inline(__always)
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(value) }
      yield unsafe &storage.pointer.pointee
    }
  }
}
