/// Tells when descriptors run out, from the numbers of those that are given to accepted connections. Pure.
///
/// libuv closes connections that come when there are none left without a word, so the last one that was given is the sign:
/// the system hands out the lowest number that is free.
struct DescriptorAlarm {
  private var isRaised = false

  /// True for the connection that got the last descriptor; once, until an eighth of them have been free again.
  mutating func isLast(_ descriptor: Int, limit: Int) -> Bool {
    if descriptor < limit - limit / 8 - 1 { isRaised = false }
    guard descriptor >= limit - 1, !isRaised else { return false }
    isRaised = true
    return true
  }
}
