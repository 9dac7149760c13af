import Reporting

/// Where a tool's results go as one kind of file.
struct ReportDestination {
  private let file: ReportFile

  /// Nil where neither the flag nor its variable names a file; throws where it could not be written, before the run.
  init?(_ path: String?, flag: String, _ variable: String) throws {
    guard let path = try Setting.value(path, variable) else { return nil }
    do throws(ReportFileError) {
      file = try ReportFile(path, flag: flag)
    } catch {
      throw RunFailure(description: error.description)
    }
  }

  /// Suspends until the system has the bytes.
  func write(_ bytes: [UInt8]) async throws(RunFailure) {
    do throws(ReportFileError) {
      try await file.write(bytes)
    } catch {
      throw RunFailure(description: error.description)
    }
  }
}
