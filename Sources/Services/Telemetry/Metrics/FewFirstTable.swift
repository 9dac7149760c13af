/// A table of which mostly the first few keys are asked for: comparing with those is a fraction of hashing.
struct FewFirstTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private var first: [(key: Key, value: Value)] = []
  private var others: [Key: Value] = [:]

  /// How many values there are.
  var count: Int { first.count + others.count }

  /// The value of that key; nil where none was kept.
  @inline(__always)
  func find(_ key: Key) -> Value? {
    for index in first.indices where first[index].key == key { return first[index].value }
    return others[key]
  }

  /// Keeps the value of a key that has none.
  mutating func keep(_ value: Value, for key: Key) {
    if first.count < Self.firstLimit { first.append((key, value)) } else { others[key] = value }
  }

  private static var firstLimit: Int { 4 }
}
