import FoundationEssentials
import ServiceCore

/// A report that could not be written.
public struct ReportFileError: Error, CustomStringConvertible {
  /// The flag that named the file, the file, and what is in the way.
  public let description: String
}

/// Writes what a run has found out to a file that a flag named.
public enum ReportFile {
  /// Replaces the file's content. Blocks: for the end of a program, when nothing else waits.
  public static func write(_ bytes: [UInt8], to path: String, flag: String) throws(ReportFileError) {
    // `Data.write` throws a CocoaError; to look into one links the whole of Foundation, some 45 MB of it.
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw ReportFileError(description: "\(flag): cannot write \(path): \(obstacle(at: path))")
    }
  }

  private static func obstacle(at path: String) -> String {
    var isFolder = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder { return "it is a folder" }
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    let folder = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
    if !FileManager.default.fileExists(atPath: folder) { return "there is no folder \(folder)" }
    return "no permission, or no space"
  }
}
