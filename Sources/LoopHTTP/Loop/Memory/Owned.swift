/// A value at an address of its own, for an actor's or a class's state that every request touches: it is lent in place,
/// without the check of exclusive access at run time that a stored property of a class costs.
@safe struct Owned<Value: ~Copyable>: ~Copyable {
  // SAFETY: the memory goes with this struct, its only owner. Accesses must end before anybody else's code runs, as for all
  // state that is marked `@exclusivity(unchecked)` in `Loop`.
  private let pointer: UnsafeMutablePointer<Value>

  init(_ value: consuming Value) {
    unsafe pointer = .allocate(capacity: 1)
    unsafe pointer.initialize(to: value)
  }

  deinit {
    unsafe pointer.deinitialize(count: 1)
    unsafe pointer.deallocate()
  }

  // By address and not by `_read` and `_modify`: these are not always inlined, and are two calls then.
  var value: Value {
    unsafeAddress { unsafe UnsafePointer(pointer) }
    nonmutating unsafeMutableAddress { unsafe pointer }
  }
}
