/// The part of regular expressions that dashboards use: text, `.`, `.*`, `.+` and `|`, anchored at both ends.
///
/// It takes time in proportion to pattern and text whatever the pattern is, which a backtracking engine does not
/// promise, and patterns come from the network.
struct TextPattern: Sendable, Hashable {
  private enum Element: Hashable {
    case character(Unicode.Scalar)
    case anyCharacter
    case anyText
  }

  private let alternatives: [[Element]]

  /// Nil for what is not part of the subset.
  init?(_ pattern: String) {
    var alternatives: [[Element]] = [[]]
    var scalars = pattern.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      let last = alternatives.count - 1
      switch scalar {
      case "|": alternatives.append([])
      case ".": alternatives[last].append(.anyCharacter)
      case "*":
        guard alternatives[last].popLast() == .anyCharacter else { return nil }
        alternatives[last].append(.anyText)
      case "+":
        guard alternatives[last].last == .anyCharacter else { return nil }
        alternatives[last].append(.anyText)
      case "\\":
        // A backslash before a letter or digit is a class or a reference to a group.
        guard let escaped = scalars.next(), escaped.isASCII, !Character(escaped).isLetter, !Character(escaped).isNumber
        else { return nil }
        alternatives[last].append(.character(escaped))
      case "(", ")", "[", "]", "{", "}", "^", "$", "?": return nil
      default: alternatives[last].append(.character(scalar))
      }
    }
    self.alternatives = alternatives
  }

  func matches(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    return alternatives.contains { Self.matches(scalars, $0) }
  }

  /// On a mismatch only the last `anyText` has to take one character more.
  private static func matches(_ text: [Unicode.Scalar], _ pattern: [Element]) -> Bool {
    var position = 0
    var index = 0
    var retry: (position: Int, index: Int)?
    while position < text.count {
      if index < pattern.count, pattern[index] == .anyText {
        retry = (position, index)
        index += 1
      } else if index < pattern.count, pattern[index] == .anyCharacter || pattern[index] == .character(text[position]) {
        position += 1
        index += 1
      } else if let again = retry {
        retry = (again.position + 1, again.index)
        position = again.position + 1
        index = again.index + 1
      } else {
        return false
      }
    }
    return pattern[index...].allSatisfy { $0 == .anyText }
  }
}
