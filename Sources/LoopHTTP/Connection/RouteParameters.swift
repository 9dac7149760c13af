/// The values that stood at a template's `{name}` and `{name...}` segments, percent-decoded.
public struct RouteParameters: Sendable, Hashable {
  var pairs: [Pair] = []

  struct Pair: Sendable, Hashable {
    var name: String
    var value: String
  }

  mutating func append(_ name: String, _ value: Span<UInt8>) {
    pairs.append(Pair(name: name, value: PercentDecoding.decode(value, plusIsSpace: false)))
  }

  /// Takes back what a way that led nowhere has added.
  mutating func removeLast(to count: Int) {
    if pairs.count > count { pairs.removeSubrange(count...) }
  }

  /// The value of `{name}` or `{name...}`; nil where the template has no such segment.
  public subscript(name: String) -> String? {
    pairs.first { $0.name == name }?.value
  }

  /// The value of `{name}` as a number or the like; nil also where it is none.
  public subscript<Value: LosslessStringConvertible>(name: String, as type: Value.Type) -> Value? {
    self[name].flatMap { Value($0) }
  }
}
