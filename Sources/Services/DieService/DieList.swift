public import LoopHTTP
public import ServiceCore
import Telemetry

/// The names of the dice, in the order of their file: `{"identifiers":["fair","risky"]}`.
public struct DieList: Sendable, Hashable {
  /// The names.
  public let identifiers: [String]

  init(identifiers: [String]) {
    self.identifiers = identifiers
  }

  /// Reads the list; nil for what is none.
  public init?(_ json: JSONValue) {
    guard let items = json["identifiers"]?.items else { return nil }
    identifiers = items.compactMap(\.text)
    guard identifiers.count == items.count else { return nil }
  }

  /// The answer to who asks for it, from the die-service and from who passes it on.
  public var response: Response {
    .json { bytes in
      bytes.append(contentsOf: #"{"identifiers":"#.utf8)
      bytes.append(jsonArray: identifiers) { $0.append(json: $1) }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
