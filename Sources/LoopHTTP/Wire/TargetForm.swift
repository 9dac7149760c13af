/// The four forms of a request target, RFC 9112 §3.2.
enum TargetForm: UInt8, Sendable {
  case origin, absolute, authority, asterisk
}
