import Synchronization

/// The dice that some specification names: only those may become label values, for anybody can ask for any name.
public final class DieLabels: Sendable {
  /// More dice than a specification file has; a backend that makes names up costs no more series than this.
  private static let limit = 100

  private let names: Mutex<Set<String>>

  /// Those that some specification is known to name before another service has confirmed any.
  public init(_ names: [String]) {
    self.names = Mutex(Set(names))
  }

  /// The label of a die that another service has just confirmed.
  public func learn(_ name: String) -> String {
    names.withLock { names in
      if names.contains(name) { return name }
      guard names.count < Self.limit else { return "other" }
      names.insert(name)
      return name
    }
  }

  /// The label of a die: its name where that is confirmed, else nil.
  public func known(_ name: String) -> String? {
    names.withLock { $0.contains(name) ? name : nil }
  }
}
