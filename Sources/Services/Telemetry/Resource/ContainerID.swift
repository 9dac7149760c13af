import LoopHTTP

/// Finds the id of the container that a process runs in: 64 hexadecimal digits in what the kernel tells of the process.
enum ContainerID {
  /// In `/proc/self/cgroup` (control groups version 1): the last part of a path, perhaps `docker-<id>.scope`.
  static func find(inControlGroups text: String) -> String? {
    for line in text.split(separator: "\n") {
      guard let last = line.split(separator: "/").last else { continue }
      let candidates = last.split { $0 == "-" || $0 == ":" || $0 == "." }
      if let id = candidates.first(where: isID) { return String(id) }
    }
    return nil
  }

  /// In `/proc/self/mountinfo` (control groups version 2): the folder that the container's `/etc/hostname` comes from.
  static func find(inMounts text: String) -> String? {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 4, fields[4] == "/etc/hostname" else { continue }
      if let id = fields[3].split(separator: "/").last(where: isID) { return String(id) }
    }
    return nil
  }

  private static func isID(_ text: Substring) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { ByteClass.isDigit($0) || (0x61...0x66).contains($0) }
  }
}
