import FoundationEssentials
import ServiceCore

/// The dice by name, in the order of their file.
public struct DieSpecifications: Sendable, Hashable {
  /// The names, in order.
  public let identifiers: [String]
  private let specifications: [String: DieSpecification]

  /// What the service knows without a file.
  public static let embedded = DieSpecifications([
    ("fair", DieSpecification(faces: [1, 2, 3, 4, 5, 6], errorRate: 0)),
    ("risky", DieSpecification(faces: [2, 3, 4, 5, 6, 7], errorRate: 0.1)),
    ("extreme", DieSpecification(faces: [0, 0, 6, 6, 6, 6], errorRate: 0.5)),
  ])

  private init(_ dice: [(String, DieSpecification)]) {
    identifiers = dice.map(\.0)
    specifications = Dictionary(dice, uniquingKeysWith: { first, _ in first })
  }

  /// Reads a JSON file `{"name":{"faces":[…],"error_rate":…},…}`; throws what is wrong with it, and where.
  public init(contentsOfFile path: String) throws(DieSpecificationsError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      let isThere = FileManager.default.fileExists(atPath: path)
      let reason = isThere ? "the file cannot be read" : "there is no such file"
      throw DieSpecificationsError(path: path, line: nil, reason: reason)
    }
    try self.init(Array(data), path: path)
  }

  init(_ bytes: [UInt8], path: String) throws(DieSpecificationsError) {
    let json: JSONValue
    do throws(JSONError) {
      json = try JSONParser.parse(bytes)
    } catch {
      throw DieSpecificationsError(path: path, line: error.line, reason: error.reason)
    }
    guard case .object(let members) = json, !members.isEmpty else {
      throw DieSpecificationsError(path: path, line: 1, reason: "expected an object with at least one die")
    }
    var dice: [(String, DieSpecification)] = []
    for member in members {
      guard !dice.contains(where: { $0.0 == member.name }) else {
        throw DieSpecificationsError(path: path, line: member.line, reason: "die '\(member.name)' is there twice")
      }
      do throws(DieSpecificationFault) {
        dice.append((member.name, try DieSpecification(member.value)))
      } catch {
        let reason = "die '\(member.name)': \(error.reason)"
        throw DieSpecificationsError(path: path, line: member.line, reason: reason)
      }
    }
    self.init(dice)
  }

  /// The die of that name; nil for an unknown one.
  public subscript(identifier: String) -> DieSpecification? { specifications[identifier] }
}

/// Why a file has no dice.
public struct DieSpecificationsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The line, from 1; nil where it is the file itself.
  public let line: Int?
  /// What is wrong.
  public let reason: String

  /// For people: `dice.json:3: expected ',' or ']'`.
  public var description: String {
    line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)"
  }
}
