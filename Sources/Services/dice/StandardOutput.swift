import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Text for people who asked for it.
enum StandardOutput {
  /// Writes the text without a loop: the program may have none yet, or none any more. Who has closed a pipe, as `head` does,
  /// has read enough; any other failure is one of the command.
  static func write(_ text: String) throws(RunFailure) {
    do throws(UVError) {
      try FileWriter.writeBlocking(Array(text.utf8), to: 1)
    } catch .connectionReset {
      return
    } catch {
      throw RunFailure(description: "cannot write to the standard output: \(error)")
    }
  }
}

/// The descriptors 0, 1 and 2.
enum StandardDescriptors {
  /// Gives each that the caller has closed to a socket without a peer, so that its use fails: else the next that the
  /// program opens would have its number, such as a loop's own descriptor, and be written to (see gnulib's `stdopen`).
  static func occupy() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 { _ = socket(AF_UNIX, stream, 0) }
  }

  #if canImport(Glibc)
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #else
    private static let stream = SOCK_STREAM
  #endif
}
