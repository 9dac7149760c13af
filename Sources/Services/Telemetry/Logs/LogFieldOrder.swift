import Logging

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

  /// The fields of an event in the order in which they are shown.
  static func sorted(_ fields: Logger.Metadata) -> [(key: String, value: Logger.MetadataValue)] {
    guard fields.count > 1 else { return Array(fields) }
    var order: [(rank: Int, index: Logger.Metadata.Index)] = []
    order.reserveCapacity(fields.count)
    for index in fields.indices {
      let rank = rank(of: fields[index].key)
      // Few enough that putting each in its place is the fastest way.
      let place = order.firstIndex { other in
        rank < other.rank || (rank == other.rank && fields[index].key < fields[other.index].key)
      }
      order.insert((rank, index), at: place ?? order.count)
    }
    return order.map { fields[$0.index] }
  }

  /// The name's place in the table, which is short: looking through it is cheaper than hashing.
  private static func rank(of name: String) -> Int {
    names.firstIndex(of: name) ?? names.count
  }
}
