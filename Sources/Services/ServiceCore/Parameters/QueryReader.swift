import HTTPTypes
public import LoopHTTP
import Telemetry

/// Reads the parameters of a query in their documented order and collects what is wrong with them.
public struct QueryReader {
  private let items: [(name: String, value: String)]
  /// What is wrong so far, in the order read.
  public private(set) var faults: [ParameterFault] = []

  /// Reads a request's query.
  public init(_ request: Request) {
    self.init(items: request.queryItems)
  }

  init(items: [(name: String, value: String)]) {
    self.items = items
  }

  /// The last value of that name; nil where there is none, which is no fault.
  public func optionalText(_ name: String) -> String? {
    items.last { $0.name == name }?.value
  }

  /// The last value of that name; nil, and a fault, where there is none.
  public mutating func text(_ name: String) -> String? {
    if let text = optionalText(name) { return text }
    faults.append(ParameterFault(rule: .required, place: .query, name: name, input: nil))
    return nil
  }

  /// The last value of that name as an integer in `range`; nil, and a fault, where it is none.
  public mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(name) else { return nil }
    let rule: ParameterFault.Rule
    switch IntegerText.parse(text) {
    case nil: rule = .integer
    case .some(..<range.lowerBound): rule = .atLeast(range.lowerBound)
    case .some((range.upperBound + 1)...): rule = .atMost(range.upperBound)
    case .some(let number): return number
    }
    faults.append(ParameterFault(rule: rule, place: .query, name: name, input: text))
    return nil
  }

  /// 422 with every fault.
  public var faultResponse: Response { .faults(faults) }
}

extension Response {
  /// 422 with the faults.
  public static func faults(_ faults: [ParameterFault]) -> Response {
    json(status: .unprocessableContent) { bytes in
      bytes.append(contentsOf: #"{"detail":"#.utf8)
      bytes.append(jsonArray: faults) { $1.append(to: &$0) }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
