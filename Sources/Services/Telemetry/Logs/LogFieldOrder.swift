import Logging
import LoopHTTP

/// The names of the fields of log events, in the order in which a line shows them.
///
/// swift-log's metadata is a dictionary and keeps no order; this table gives every event the order that readers of the
/// log know. A field that is not in it stands after those that are, by its name.
enum LogFieldOrder {
  private static let names = [
    "identifier", "die_type", "times", "backend_status", "status_code", "roll_index", "roll_value", "faces",
    "error_rate", "total", "rolls", "count", "identifiers", "available_identifiers", "method", "path", "status",
    "duration", "url", "error", "reason",
  ]

  /// What stands before the values of a JSON object's members after the first, for each of the names.
  private static let jsonHeads = names.map { Array(",\"\($0)\":".utf8) }

  /// The fields of an event in the order in which they are shown.
  static func sorted(_ fields: Logger.Metadata) -> [(key: String, value: Logger.MetadataValue)] {
    var sorted: [(key: String, value: Logger.MetadataValue)] = []
    sorted.reserveCapacity(fields.count)
    visit(fields) { _, key, value in sorted.append((key, value)) }
    return sorted
  }

  /// Visits the fields of an event in the order in which they are shown; `jsonHead` is ``,"key":`` for a name of the table.
  static func visit(
    _ fields: Logger.Metadata,
    _ body: (_ jsonHead: [UInt8]?, _ key: String, _ value: Logger.MetadataValue) -> Void
  ) {
    guard fields.count <= 8 else {
      let ranked = fields.map { (rank: rank(of: $0.key), key: $0.key, value: $0.value) }
      for (rank, key, value) in ranked.sorted(by: { ($0.rank, $0.key) < ($1.rank, $1.key) }) {
        body(jsonHead(rank), key, value)
      }
      return
    }
    // Few enough that putting each in its place is the fastest way, and without memory of its own.
    var order = InlineArray<8, (rank: Int, index: Logger.Metadata.Index)>(repeating: (0, fields.startIndex))
    var count = 0
    for index in fields.indices {
      let key = fields.keys[index]
      let rank = rank(of: key)
      var place = count
      while place > 0 {
        let other = order[place - 1]
        guard rank < other.rank || (rank == other.rank && key < fields.keys[other.index]) else { break }
        order[place] = other
        place -= 1
      }
      order[place] = (rank, index)
      count += 1
    }
    for place in 0..<count {
      let (rank, index) = order[place]
      body(jsonHead(rank), fields.keys[index], fields.values[index])
    }
  }

  private static func jsonHead(_ rank: Int) -> [UInt8]? {
    rank < jsonHeads.count ? jsonHeads[rank] : nil
  }

  /// The name's place in the table, which is short: looking through it is cheaper than hashing.
  private static func rank(of name: String) -> Int {
    let length = name.utf8.count
    return names.firstIndex { $0.utf8.count == length && $0 == name } ?? names.count
  }
}
