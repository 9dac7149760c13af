internal import CUV

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

extension FileWriter {
  /// Opens the file at `path` for writing, empty, and makes it where there is none. Blocks as long as the system takes to
  /// find it. `writeAndClose` gives the descriptor back, and so does the writer's end.
  public init(replacing path: String, loop: EventLoop) throws(UVError) {
    var request = unsafe uv_fs_t()
    // SAFETY: without a callback libuv works at once and keeps nothing.
    let result = unsafe uv_fs_open(nil, &request, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644, nil)
    unsafe uv_fs_req_cleanup(&request)
    try UVError.check(result)
    self.init(descriptor: result, loop: loop, ownsDescriptor: true)
  }

  /// Throws why `init(replacing:)` would fail at `path`, as far as that can be told beforehand. Blocks as it does. Opens
  /// nothing: a file would lose its content, and the reader of a pipe would take the close for the end.
  public static func checkReplacing(_ path: String) throws(UVError) {
    guard let name = path.lastIndex(of: "/").map({ path.index(after: $0) }) ?? path.indices.first else {
      throw UVError(code: UV_ENOENT.rawValue)
    }
    var request = unsafe uv_fs_t()
    // SAFETY: without a callback libuv works at once and keeps nothing; it has filled `statbuf` where it reports success.
    let found = unsafe uv_fs_stat(nil, &request, path, nil)
    let format = unsafe mode_t(truncatingIfNeeded: request.statbuf.st_mode) & S_IFMT
    let isFolder = found == 0 && format == S_IFDIR
    unsafe uv_fs_req_cleanup(&request)
    if isFolder { throw UVError(code: UV_EISDIR.rawValue) }
    if found == UV_ENOENT.rawValue {
      let folder = String(path[..<name])
      return try checkAccess(to: folder.isEmpty ? "." : folder, W_OK | X_OK)
    }
    try UVError.check(found)
    try checkAccess(to: path, W_OK)
  }

  private static func checkAccess(to path: String, _ mode: Int32) throws(UVError) {
    var request = unsafe uv_fs_t()
    // SAFETY: without a callback libuv works at once and keeps nothing.
    let result = unsafe uv_fs_access(nil, &request, path, mode, nil)
    unsafe uv_fs_req_cleanup(&request)
    try UVError.check(result)
  }

  /// Writes all of `bytes`, then closes the file; nothing may be written afterwards. What the system notices at the close
  /// only, such as a full disk of another machine, is a failure, too.
  public func writeAndClose(_ bytes: [UInt8]) async -> Result<Void, UVError> {
    var result = Result<Void, UVError>.success(())
    do throws(IncompleteWrite) {
      try await write(bytes)
    } catch {
      result = .failure(error.reason)
    }
    ownsDescriptor = false
    let closed = FileWriter.close(descriptor)
    if closed < 0, case .success = result { result = .failure(UVError(code: closed)) }
    return result
  }

  static func close(_ descriptor: Int32) -> Int32 {
    var request = unsafe uv_fs_t()
    // SAFETY: without a callback libuv works at once and keeps nothing.
    let result = unsafe uv_fs_close(nil, &request, descriptor, nil)
    unsafe uv_fs_req_cleanup(&request)
    return result
  }
}
