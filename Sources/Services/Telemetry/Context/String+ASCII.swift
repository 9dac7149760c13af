extension String {
  /// A copy of bytes that are ASCII; empty when they are not even UTF-8, which a caller in this module never passes.
  init(ascii bytes: Span<UInt8>) {
    do { self = String(copying: try UTF8Span(validating: bytes)) } catch { self = "" }
  }
}
