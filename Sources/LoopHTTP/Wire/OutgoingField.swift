internal import HTTPTypes

/// A field of a response, looked at once: `HTTPField` would look at each byte of a value by itself, and the writer once more.
struct OutgoingField: Sendable {
  let name: HTTPField.Name
  let value: String
  /// What keeps it from being sent; nil for nothing.
  let fault: WireError?

  /// The value as `HTTPField` has it: what no value may hold becomes spaces, and spaces at its ends go (RFC 9110 §5.5).
  init(_ name: HTTPField.Name, _ value: String) {
    self.name = name
    let isLegal = Self.isLegal(value.utf8.span)
    self.value = isLegal ? value : HTTPField(name: name, value: value).value
    do throws(WireError) {
      try MessageWriter.checkFieldName(name.rawName)
      if !isLegal { try MessageWriter.checkValue(self.value) }
      fault = nil
    } catch {
      fault = error
    }
  }

  private static func isLegal(_ value: Span<UInt8>) -> Bool {
    value.endOfFieldValue(from: 0) == value.count
      && value.trimmingOptionalWhitespace(0..<value.count) == 0..<value.count
  }
}
