extension Array {
  /// The elements by a key of theirs, in the order in which the keys come. For few keys that mostly follow themselves, as
  /// the scopes in a batch do.
  func grouped<Key: Equatable>(by key: (Element) -> Key) -> [(key: Key, elements: [Element])] {
    if let first = first.map(key), allSatisfy({ key($0) == first }) { return [(first, self)] }
    var groups: [(key: Key, elements: [Element])] = []
    for element in self {
      let own = key(element)
      if let index = groups.firstIndex(where: { $0.key == own }) {
        groups[index].elements.append(element)
      } else {
        groups.append((own, [element]))
      }
    }
    return groups
  }
}
