/// A table of which mostly the first few keys are asked for: comparing with those is a fraction of hashing.
struct FewFirstTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// Apart from their values, so that looking at one copies nothing.
  private var firstKeys: [Key] = []
  private var firstValues: [Value] = []
  private var others: [Key: Value] = [:]

  /// How many values there are.
  var count: Int { firstKeys.count + others.count }

  /// The value of that key; nil where none was kept.
  @inline(__always)
  func find(_ key: Key) -> Value? {
    let keys = firstKeys.span
    for index in keys.indices where keys[index] == key { return firstValues[index] }
    return others[key]
  }

  /// Keeps the value of a key that has none.
  mutating func keep(_ value: Value, for key: Key) {
    guard firstKeys.count < Self.firstLimit else { return others[key] = value }
    firstKeys.append(key)
    firstValues.append(value)
  }

  private static var firstLimit: Int { 4 }
}
