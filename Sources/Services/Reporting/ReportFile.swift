import FoundationEssentials
import ServiceCore

/// A report that could not be written.
public struct ReportFileError: Error, CustomStringConvertible {
  /// The flag that named the file, the file, and the system's reason.
  public let description: String
}

/// Writes what a run has found out to a file that a flag named.
public enum ReportFile {
  /// Replaces the file's content. Blocks: for the end of a program, when nothing else waits.
  public static func write(_ bytes: [UInt8], to path: String, flag: String) throws(ReportFileError) {
    do {
      try Data(bytes).write(to: URL(filePath: path))
    } catch {
      throw ReportFileError(description: "\(flag): cannot write \(path): \(reason(error))")
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return (error.underlying as? POSIXError).map { "\($0.code)" } ?? "\(error)"
  }
}
