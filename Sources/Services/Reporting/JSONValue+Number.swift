public import ServiceCore

extension JSONValue {
  /// A number; what JSON cannot write is null.
  public init(_ number: Double) {
    self = number.isFinite ? .number(String(number)) : .null
  }

  /// A number.
  public init(_ number: some BinaryInteger) {
    self = .number(String(number))
  }

  /// Members in their order.
  public init(members: [(String, JSONValue)]) {
    self = .object(members.map { Member(name: $0, value: $1) })
  }
}
