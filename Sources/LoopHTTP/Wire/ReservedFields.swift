internal import HTTPTypes

/// What a handler's fields say of matters that are the server's own: the framing (RFC 9112 §6), the connection (RFC 9110
/// §7.6.1), and fields of which a message has one. Beside the server's they would contradict it, and two recipients could
/// understand a response differently; so the server says each of them, once.
struct ReservedFields {
  /// A valid `Content-Length`.
  private(set) var contentLength: Int?
  /// `Connection: close` was among them.
  private(set) var asksForClose = false
  /// A `Date` is left in the fields, the only one.
  private(set) var hasDate = false

  /// None.
  init() {}

  /// Takes them out of `fields`; where one comes more than once, the last one counts. A `Content-Type` replaces `contentType`.
  init(takenFrom fields: inout [OutgoingField], contentType: inout MediaType?, status: Int) {
    guard fields.contains(where: { ReservedFields.isReserved($0.name.canonicalName.utf8.span) }) else { return }
    var others: [OutgoingField] = []
    var date: OutgoingField?
    var upgrade: OutgoingField?
    for field in fields {
      let name = field.name.canonicalName.utf8.span
      switch KnownField(name) {
      case .contentLength: contentLength = try? BodyFraming.length(field.value.utf8.span)
      case .connection: asksForClose = asksForClose || ConnectionOptions(list: field.value.utf8.span).contains(.close)
      case .contentType: contentType = MediaType(field.value)
      case .date: date = field
      case .upgrade: upgrade = field
      default: if !ReservedFields.isReserved(name) { others.append(field) }
      }
    }
    if let date { others.append(date) }
    hasDate = date != nil
    // The one status that has to name other protocols (RFC 9110 §15.5.22).
    if status == 426, let upgrade { others += [upgrade, OutgoingField(.connection, "upgrade")] }
    fields = others
  }

  private static func isReserved(_ name: Span<UInt8>) -> Bool {
    switch KnownField(name) {
    case .connection, .contentLength, .contentType, .date, .keepAlive, .proxyConnection, .te, .trailer,
      .transferEncoding,
      .upgrade:
      true
    case .expect, .host, .other: false
    }
  }
}
