import ArgumentParser
import LoopHTTP
import Reporting

/// Where a tool's results go as one kind of document: a file, or the standard output where the file is called `-`.
struct ReportDestination {
  fileprivate let flag: String
  /// Nil for the standard output.
  private let file: ReportFile?
  fileprivate var isStandardOutput: Bool { file == nil }

  /// Nil where neither the flag nor its variable names a file; throws where it could not be written, before the run.
  init?(_ path: String?, flag: String, _ variable: String) throws {
    guard let path = try Setting.value(path, variable) else { return nil }
    self.flag = flag
    do throws(ReportFileError) {
      file = path == "-" ? nil : try ReportFile(path, flag: flag)
    } catch {
      throw RunFailure(description: error.description)
    }
  }

  /// Suspends until the system has the bytes.
  func write(_ bytes: [UInt8]) async throws(RunFailure) {
    guard let file else { return try writeToStandardOutput(bytes) }
    do throws(ReportFileError) {
      try await file.write(bytes)
    } catch {
      throw RunFailure(description: error.description)
    }
  }

  private func writeToStandardOutput(_ bytes: [UInt8]) throws(RunFailure) {
    do throws(UVError) {
      try FileWriter.writeBlocking(bytes, to: 1)
    } catch {
      throw RunFailure(description: "\(flag): cannot write to the standard output: \(error)")
    }
  }
}

/// Those of one tool.
extension [ReportDestination?] {
  /// The standard output has room for one document.
  func refuseMixing() throws {
    let flags = compactMap(\.self).filter(\.isStandardOutput).map(\.flag)
    guard flags.count > 1 else { return }
    throw ValidationError("Only one of \(flags.joined(separator: " and ")) can be '-', the standard output.")
  }

  /// Prints the report for people, whose lines all have their ends: on the standard error where a document has the standard
  /// output to itself.
  func tell(_ text: String) throws(RunFailure) {
    if contains(where: { $0?.isStandardOutput == true }) {
      if !text.isEmpty { StandardError.write(String(text.dropLast())) }
    } else {
      try StandardOutput.write(text)
    }
  }
}
