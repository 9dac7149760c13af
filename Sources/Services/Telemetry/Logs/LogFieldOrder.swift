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

  private static let ranks = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })

  /// The fields of an event in the order in which they are shown.
  static func sorted(_ fields: Logger.Metadata) -> [(key: String, value: Logger.MetadataValue)] {
    guard fields.count > 1 else { return Array(fields) }
    return
      fields
      .map { (rank: ranks[$0.key] ?? names.count, field: $0) }
      .sorted { ($0.rank, $0.field.key) < ($1.rank, $1.field.key) }
      .map(\.field)
  }
}
