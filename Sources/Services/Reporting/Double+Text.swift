extension Double {
  /// With that many decimals, rounded half away from zero: `1.50`. For numbers below 10¹⁵; `inf` and `nan` stay words.
  public func text(decimals: Int) -> String {
    guard isFinite, magnitude < 1e15 else { return description }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let digits = String(Int((magnitude * scale).rounded()))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = self < 0 && digits.contains { $0 != "0" } ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// These seconds with three digits and the unit that suits them: `1.25 s`, `37.5 ms`, `840 µs`.
  public var durationText: String {
    guard isFinite else { return "–" }
    let (value, unit) = self >= 1 ? (self, "s") : self >= 1e-3 ? (self * 1e3, "ms") : (self * 1e6, "µs")
    return value.text(decimals: value >= 100 ? 0 : value >= 10 ? 1 : 2) + " " + unit
  }

  /// As a share of 1, in percent: `12.5 %`.
  public var percentText: String { (self * 100).text(decimals: 2) + " %" }
}

extension Int {
  /// With a blank between thousands: `1 234 567`.
  public var groupedText: String {
    var text = ""
    for (index, digit) in String(magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(" ") }
      text.append(digit)
    }
    return (self < 0 ? "-" : "") + String(text.reversed())
  }
}

extension String {
  /// Filled with blanks on the left; longer texts stay as they are.
  public func padded(to width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }

  /// Filled with blanks on the right.
  public func padded(toRight width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}
