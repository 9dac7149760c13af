import LoopHTTP

/// The value of a `Retry-After` header (RFC 9110 §10.2.3): seconds, or an HTTP-date.
enum RetryAfter {
  /// How long to wait from `now`, in seconds since 1970; nil when the value is neither form. A date in the past is no wait.
  static func delay(_ value: String, now: Int) -> Duration? {
    let text = String(Substring(ByteClass.trimming(value[...].utf8)))
    if !text.isEmpty, text.utf8.allSatisfy(ByteClass.isDigit) {
      return Int(text).map { .seconds(min($0, longest)) }
    }
    return HTTPDate.parse(text).map { .seconds(min(max(Int($0) - now, 0), longest)) }
  }

  /// Longer waits are cut to this: a day is beyond every limit of an export.
  private static let longest = 86_400
}
