import Telemetry

/// What is wrong with one parameter of a request, in the words that clients know.
public struct ParameterFault: Sendable, Hashable {
  /// The rules.
  public enum Rule: Sendable, Hashable {
    /// It must be there.
    case required
    /// It must be an integer.
    case integer
    /// It must not be below.
    case atLeast(Int)
    /// It must not be above.
    case atMost(Int)
    /// It must look like that.
    case pattern(String)
  }

  /// Where parameters stand.
  public enum Place: String, Sendable, Hashable {
    /// After the question mark.
    case query
    /// In a segment of the path.
    case path
  }

  /// The rule that it breaks.
  public let rule: Rule
  /// Where it stands, or should.
  public let place: Place
  /// Its name.
  public let name: String
  /// What came; nil for nothing.
  public let input: String?

  /// A fault of the given parts.
  public init(rule: Rule, place: Place, name: String, input: String?) {
    self.rule = rule
    self.place = place
    self.name = name
    self.input = input
  }

  /// Appends the fault as a JSON object.
  public func append(to bytes: inout [UInt8]) {
    let (type, message) = wording
    bytes.append(contentsOf: #"{"type":""#.utf8)
    bytes.append(contentsOf: type.utf8)
    bytes.append(contentsOf: #"","loc":[""#.utf8)
    bytes.append(contentsOf: place.rawValue.utf8)
    bytes.append(contentsOf: #"","#.utf8)
    bytes.append(json: name)
    bytes.append(contentsOf: #"],"msg":"#.utf8)
    bytes.append(json: message)
    bytes.append(contentsOf: #","input":"#.utf8)
    if let input { bytes.append(json: input) } else { bytes.append(contentsOf: "null".utf8) }
    appendContext(to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  private var wording: (type: String, message: String) {
    switch rule {
    case .required: ("missing", "Field required")
    case .integer:
      ("int_parsing", "Input should be a valid integer, unable to parse string as an integer")
    case .atLeast(let bound): ("greater_than_equal", "Input should be greater than or equal to \(bound)")
    case .atMost(let bound): ("less_than_equal", "Input should be less than or equal to \(bound)")
    case .pattern(let pattern): ("string_pattern_mismatch", "String should match pattern '\(pattern)'")
    }
  }

  private func appendContext(to bytes: inout [UInt8]) {
    switch rule {
    case .required, .integer: break
    case .atLeast(let bound): bytes.append(contentsOf: #","ctx":{"ge":\#(bound)}"#.utf8)
    case .atMost(let bound): bytes.append(contentsOf: #","ctx":{"le":\#(bound)}"#.utf8)
    case .pattern(let pattern):
      bytes.append(contentsOf: #","ctx":{"pattern":"#.utf8)
      bytes.append(json: pattern)
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
