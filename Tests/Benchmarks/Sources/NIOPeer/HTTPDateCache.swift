#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The `Date` field, formatted once a second, as every server here does. One loop, so no lock is needed.
final class HTTPDateCache: @unchecked Sendable {
  static let shared = HTTPDateCache()

  private var second: time_t = -1
  private var text = ""

  var current: String {
    var now = time(nil)
    if now != second {
      second = now
      var fields = tm()
      gmtime_r(&now, &fields)
      var bytes = [CChar](repeating: 0, count: 64)
      let count = strftime(&bytes, bytes.count, "%a, %d %b %Y %H:%M:%S GMT", &fields)
      text = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return text
  }
}
