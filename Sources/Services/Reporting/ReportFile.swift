import LoopHTTP

/// A report that cannot be written.
public struct ReportFileError: Error, CustomStringConvertible {
  /// The flag that named the file, the file, and the system's reason.
  public let description: String
}

/// The file that a flag named for what a run finds out.
public struct ReportFile: Sendable {
  private let path: String
  private let flag: String

  /// Throws where the file could not be written at present: a run of hours must not end with that. Touches nothing.
  public init(_ path: String, flag: String) throws(ReportFileError) {
    self.path = path
    self.flag = flag
    do throws(UVError) {
      try FileWriter.checkReplacing(path)
    } catch {
      throw failure(error)
    }
  }

  /// Replaces the file's content; suspends until the system has taken it. On a loop of its own: at a program's end there
  /// may be no other left.
  public func write(_ bytes: [UInt8]) async throws(ReportFileError) {
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
      throw failure(error)
    }
  }

  private func failure(_ error: UVError) -> ReportFileError {
    ReportFileError(description: "\(flag): cannot write \(path): \(error)")
  }
}
