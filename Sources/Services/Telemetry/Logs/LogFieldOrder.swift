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
    if fields.count == 1 {
      for (key, value) in fields { body(jsonHead(rank(of: key)), key, value) }
      return
    }
    var order: [(rank: Int, index: Logger.Metadata.Index)] = []
    order.reserveCapacity(fields.count)
    for index in fields.indices {
      let key = fields.keys[index]
      let rank = rank(of: key)
      // Few enough that putting each in its place is the fastest way.
      let place = order.firstIndex { other in
        rank < other.rank || (rank == other.rank && key < fields.keys[other.index])
      }
      order.insert((rank, index), at: place ?? order.count)
    }
    for (rank, index) in order { body(jsonHead(rank), fields.keys[index], fields.values[index]) }
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
