/// What the routes of all peers have in common.
public enum Routes {
  /// The answer of `/plaintext`.
  public static let greeting = "Hello, World!"
  /// The answer of `/blob`: 1 MiB.
  public static let blob = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
  /// The largest body that `/upload` takes.
  public static let largestUpload = 4 << 20

  /// The port to listen on, the peer's first argument.
  public static var port: Int {
    guard CommandLine.arguments.count >= 2, let port = UInt16(CommandLine.arguments[1]) else {
      fatalError("usage: \(CommandLine.arguments[0]) PORT [LOOPS]")
    }
    return Int(port)
  }

  /// How many event loops serve, the second argument of peers that can have more than one; 1 without it.
  public static var loops: Int {
    CommandLine.arguments.count >= 3 ? Int(CommandLine.arguments[2]) ?? 1 : 1
  }
}
