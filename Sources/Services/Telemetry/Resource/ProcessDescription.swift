import FoundationEssentials

/// What a resource says of the process, its host and its container. Without the command line, which may hold secrets.
public struct ProcessDescription: Sendable, Hashable {
  /// The program's name.
  public var executableName: String
  /// The program's file.
  public var executablePath: String?
  /// The process id.
  public var processID: Int
  /// The host's name.
  public var hostName: String?
  /// The container's id; nil outside of one.
  public var containerID: String?

  /// A description of the given parts.
  public init(
    executableName: String,
    executablePath: String? = nil,
    processID: Int,
    hostName: String? = nil,
    containerID: String? = nil
  ) {
    self.executableName = executableName
    self.executablePath = executablePath
    self.processID = processID
    self.hostName = hostName
    self.containerID = containerID
  }

  /// This process. Reads a few files below `/proc`; what cannot be read is left out.
  public static func current() -> ProcessDescription {
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let name = (path ?? CommandLine.arguments.first).flatMap { $0.split(separator: "/").last }
    return ProcessDescription(
      executableName: name.map { String($0) } ?? "swift",
      executablePath: path,
      processID: Int(ProcessInfo.processInfo.processIdentifier),
      hostName: read("/proc/sys/kernel/hostname").split(separator: "\n").first.map { String($0) },
      containerID: ContainerID.find(inControlGroups: read("/proc/self/cgroup"))
        ?? ContainerID.find(inMounts: read("/proc/self/mountinfo"))
    )
  }

  /// The attributes that say it.
  var attributes: [Attribute] {
    var attributes = [
      Attribute(.processID, processID),
      Attribute(.processExecutableName, executableName),
      Attribute(.processRuntimeName, "swift"),
      Attribute(.hostArchitecture, Self.architecture),
      Attribute(.osType, "linux"),
    ]
    if let executablePath { attributes.append(Attribute(.processExecutablePath, executablePath)) }
    if let hostName { attributes.append(Attribute(.hostName, hostName)) }
    if let containerID { attributes.append(Attribute(.containerID, containerID)) }
    return attributes
  }

  private static var architecture: String {
    #if arch(arm64)
      "arm64"
    #else
      "amd64"
    #endif
  }

  private static func read(_ path: String) -> String {
    guard let bytes = FileManager.default.contents(atPath: path) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
