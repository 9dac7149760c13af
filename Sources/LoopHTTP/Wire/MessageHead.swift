/// The head of one request or response: a copy of its bytes and where its elements lie in them. Kept and reused by a
/// connection, it allocates nothing once its arrays have grown; a copy handed out shares them until the next message.
struct MessageHead: Sendable {
  /// Start line and field lines as they came, to the empty line and with it. Until all has come, those of the message before.
  var bytes: [UInt8] = []
  /// The field lines in the order they came, repeated ones included.
  private(set) var fields = ReusableArray<FieldSlice>()
  /// Which of the usual fields are among them.
  private(set) var knownFields = KnownFieldSet()
  /// A bit for each length of their names, the last for all longer ones: most of those asked for and absent are known by it.
  private var nameLengths: UInt64 = 0

  /// The minor digit of `HTTP/1.x`, at most 1: higher minor versions are processed as 1.1 (RFC 9110 §2.5).
  var minorVersion: UInt8 = 1
  /// Options of all `Connection` fields.
  var connectionOptions: ConnectionOptions = []

  /// Request: the method as sent, and which of the usual ones it is.
  var method = ByteRange.empty
  var methodID = KnownMethod.other
  /// Request: the whole target and its form.
  var target = ByteRange.empty
  var targetForm = TargetForm.origin
  /// Request: host and port of an absolute-form or authority-form target; it goes before `Host` (RFC 9112 §3.2.2).
  var authority = ByteRange.empty
  /// Request: the target's path, still percent-encoded; empty for `http://host`, which means `/`.
  var path = ByteRange.empty
  /// Request: what follows the first `?`, still percent-encoded; empty without one.
  var query = ByteRange.empty

  /// Response: three-digit status code and reason phrase.
  var status = 0
  var reason = ByteRange.empty

  @inline(__always)
  mutating func append(_ field: FieldSlice) {
    fields.append(field)
    knownFields.insert(field.known)
    nameLengths |= Self.lengthBit(Int(field.name.count))
  }

  /// False where no field's name is as long as `name`.
  @inline(__always)
  func mayHold(_ name: String) -> Bool {
    nameLengths & Self.lengthBit(name.utf8.count) != 0
  }

  @inline(__always)
  private static func lengthBit(_ length: Int) -> UInt64 {
    1 << UInt64(min(length, 63))
  }

  /// Forgets the message and keeps the arrays' memory.
  mutating func removeAll() {
    fields.removeAll()
    knownFields = KnownFieldSet()
    nameLengths = 0
    minorVersion = 1
    connectionOptions = []
    method = .empty
    methodID = .other
    target = .empty
    targetForm = .origin
    authority = .empty
    path = .empty
    query = .empty
    status = 0
    reason = .empty
  }

  /// Whether the sender lets the connection persist after this message, RFC 9112 §9.3.
  var keepsAlive: Bool {
    if connectionOptions.contains(.close) { return false }
    return minorVersion >= 1 || connectionOptions.contains(.keepAlive)
  }

  /// The first field with that known name; nil without one.
  func first(_ known: KnownField) -> FieldSlice? {
    guard knownFields.contains(known) else { return nil }
    for field in fields where field.known == known { return field }
    return nil
  }
}
