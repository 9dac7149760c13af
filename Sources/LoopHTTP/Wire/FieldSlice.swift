/// One field line of a head or trailer section: where its name and its value without surrounding whitespace lie.
struct FieldSlice: Hashable, Sendable, BitwiseCopyable {
  var name: ByteRange
  var value: ByteRange
  var known: KnownField
}
