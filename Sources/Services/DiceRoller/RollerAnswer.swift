import LoopHTTP
public import ServiceCore

/// An answer of the dice-roller, which the frontend passes on with a member more.
public protocol RollerAnswer: Sendable {
  /// Reads the answer, whatever other members it has; nil for what is none.
  init?(_ json: JSONValue)

  /// Appends the object without its closing brace, so that a member can follow.
  func appendUnclosed(to bytes: inout [UInt8])
}

extension RollerAnswer {
  /// The dice-roller's own.
  var response: Response {
    .json { bytes in
      appendUnclosed(to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
