import FoundationEssentials

/// The process that listens on a port, for the message of a failure. Only Linux tells it, and of processes of other users
/// only to root: then nothing is known.
public struct PortHolder: Sendable {
  /// The process' name, such as `python3`, cut off by the system at 15 bytes.
  public let name: String
  /// Its number.
  public let process: Int

  /// Who has the port on this machine; nil where that cannot be told, or several have it, on different addresses. Takes
  /// no longer than `limit`, and the time of one look at the machine's sockets.
  public static func find(port: UInt16, limit: Duration = .milliseconds(300)) -> PortHolder? {
    let end = ContinuousClock.now + limit
    guard isSmall(text(of: "/proc/net/sockstat")) else { return nil }
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
    var wanted = tables.reduce(into: Set<String>()) { $0.formUnion(listeners(on: port, in: text(of: $1))) }
    guard !wanted.isEmpty else { return nil }
    var holder: Int?
    // A server's workers have its socket, too: the parent came first.
    for process in processes().sorted() {
      guard ContinuousClock.now < end else { return nil }
      let held = wanted.intersection(sockets(of: process))
      guard !held.isEmpty else { continue }
      guard holder == nil || holder == process else { return nil }
      holder = process
      wanted.subtract(held)
      if wanted.isEmpty { break }
    }
    guard let holder, wanted.isEmpty else { return nil }
    return PortHolder(name: printable(text(of: "/proc/\(holder)/comm")), process: holder)
  }

  /// The links of sockets that listen on the port, `socket:[1234]`, from the text of `/proc/net/tcp` or `tcp6`
  /// (proc_net(5)): fields are separated by spaces, the second is the own address, the fourth the state.
  static func listeners(on port: UInt16, in table: String) -> Set<String> {
    let digits = String(port, radix: 16, uppercase: true)
    let ending = ":" + String(repeating: "0", count: 4 - digits.count) + digits
    var found = Set<String>()
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      guard fields.count > 9, fields[3] == "0A", fields[1].hasSuffix(ending) else { continue }
      found.insert("socket:[\(fields[9])]")
    }
    return found
  }

  /// Whether the machine has so few sockets that their table is read in a moment, by the text of `/proc/net/sockstat`.
  static func isSmall(_ statistics: String) -> Bool {
    guard let line = statistics.split(separator: "\n").first(where: { $0.hasPrefix("TCP:") }) else { return false }
    return line.split(separator: " ").compactMap { Int($0) }.allSatisfy { $0 < 50_000 }
  }

  private static func processes() -> [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int($0) }
  }

  /// Empty for processes whose files this one may not see.
  private static func sockets(of process: Int) -> [String] {
    let folder = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)") }
  }

  private static func text(of path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// A process chooses its name itself: nothing of it may end the line or steer a terminal.
  static func printable(_ name: String) -> String {
    let visible = name.unicodeScalars.filter { $0.properties.generalCategory != .control }
    return String(String.UnicodeScalarView(visible))
  }
}
