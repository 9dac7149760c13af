public import HTTPTypes

/// An error that a handler or the server answers with, instead of 500.
public struct HTTPError: Error, Sendable {
  /// 4xx or 5xx.
  public var status: HTTPResponse.Status
  /// One line for the client; nothing secret, nothing that the client sent unescaped.
  public var detail: String

  /// The status and what to say with it.
  public init(_ status: HTTPResponse.Status, _ detail: String) {
    self.status = status
    self.detail = detail
  }
}

/// Why a piece of a streamed body was not sent.
public enum ConnectionError: Error, Hashable, Sendable {
  /// The client has reset or left the connection.
  case clientGone
  /// The client took too long to read.
  case timedOut
  /// The server has given the exchange up: the time of its drain was over.
  case aborted
  /// The body has ended with the closure that produced it: a mistake in the program, which kept the writer.
  case bodyEnded
  /// The response's `Content-Length` says less. The connection ends, so that the client sees that something is wrong.
  case bodyTooLong
}
