/// What the routes of all peers have in common.
public enum Routes {
  /// The answer of `/plaintext`.
  public static let greeting = "Hello, World!"
  /// The answer of `/blob`: 1 MiB.
  public static let blob = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
  /// The largest body that `/upload` takes.
  public static let largestUpload = 4 << 20

  /// The port to listen on, the peer's first argument.
  public static var port: Int { Int(arguments.port) }
  /// How many event loops serve, the second argument of peers that can have more than one; 1 without it.
  public static var loops: Int { arguments.loops }

  private static let arguments: (port: UInt16, loops: Int) = {
    let given = CommandLine.arguments.dropFirst()
    let loops = given.count == 2 ? given.last.flatMap { Int($0) } : 1
    guard 1...2 ~= given.count, let port = given.first.flatMap({ UInt16($0) }), let loops, loops > 0 else {
      fatalError("usage: \(CommandLine.arguments[0]) PORT [LOOPS]")
    }
    return (port, loops)
  }()
}
