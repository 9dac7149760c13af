import ArgumentParser

/// The first word of the command line.
enum SubcommandName {
  /// Throws for a word that is no subcommand, which the parser would only call unexpected.
  static func check(_ word: String?) throws(ValidationError) {
    let names = Dice.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard let word, !word.hasPrefix("-"), word != "help", !names.contains(word) else { return }
    let distances = names.map { (name: $0, distance: distance(from: word, to: $0)) }
    // A letter in three may be wrong: of more nobody knows what was meant.
    let meant = distances.filter { $0.distance <= max(1, word.count / 3) }.min { $0.distance < $1.distance }
    let guess = meant.map { " Did you mean '\($0.name)'?" } ?? ""
    throw ValidationError("'\(word)' is no subcommand.\(guess) There are \(names.joined(separator: ", ")).")
  }

  /// Levenshtein's: how many letters have to be put in, left out or replaced.
  private static func distance(from word: String, to name: String) -> Int {
    var row = Array(0...name.count)
    for (index, letter) in word.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, other) in name.enumerated() {
        let replaced = diagonal + (letter == other ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[name.count]
  }
}
