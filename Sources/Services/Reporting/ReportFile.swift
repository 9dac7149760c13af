import LoopHTTP

/// A report that could not be written.
public struct ReportFileError: Error, CustomStringConvertible {
  /// The flag that named the file, the file, and the system's reason.
  public let description: String
}

/// Writes what a run has found out to a file that a flag named.
public enum ReportFile {
  /// Replaces the file's content; suspends until the system has taken it. On a loop of its own: at a program's end there
  /// may be no other left.
  public static func write(_ bytes: [UInt8], to path: String, flag: String) async throws(ReportFileError) {
    do throws(UVError) {
      let group = try EventLoopGroup(loopCount: 1)
      let result: Result<Void, UVError>
      do throws(UVError) {
        let writer = try FileWriter(replacing: path, loop: group.loops[0])
        result = await writer.writeAndClose(bytes)
      } catch {
        result = .failure(error)
      }
      await group.shutdown()
      try result.get()
    } catch {
      throw ReportFileError(description: "\(flag): cannot write \(path): \(error)")
    }
  }
}
