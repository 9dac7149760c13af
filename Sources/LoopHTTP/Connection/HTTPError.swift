public import HTTPTypes

/// An error of a handler's own types that is answered with more than 500.
public protocol HTTPErrorConvertible: Error {
  /// What it is answered with.
  var httpError: HTTPError { get }
}

/// An error that a handler or the server answers with, instead of 500.
public struct HTTPError: HTTPErrorConvertible, Sendable {
  /// 4xx or 5xx.
  public var status: HTTPResponse.Status
  /// One line for the client; nothing secret, nothing that the client sent unescaped.
  public var detail: String
  /// Fields of the answer, such as `WWW-Authenticate` with 401 and `Retry-After` with 429.
  public var headerFields: HTTPFields

  /// The status and what to say with it, which is the status' phrase unless another text is given.
  public init(_ status: HTTPResponse.Status, _ detail: String? = nil, headerFields: HTTPFields = [:]) {
    self.status = status
    self.detail = detail ?? status.reasonPhrase
    self.headerFields = headerFields
  }

  /// The error itself.
  public var httpError: HTTPError { self }

  /// Renders errors as `render` does, with the fields that they bring.
  static func rendering(
    _ render: @escaping @Sendable (HTTPError) -> Response
  ) -> @Sendable (HTTPError) -> Response {
    { error in
      var response = render(error)
      for field in error.headerFields { response.append(field.name, field.value) }
      return response
    }
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
  /// The task that writes was cancelled, and not the request's: the client is there, and others may go on.
  case cancelled
  /// The body has ended with the closure that produced it: a mistake in the program, which kept the writer.
  case bodyEnded
  /// The response's `Content-Length` says less. The connection ends, so that the client sees that something is wrong.
  case bodyTooLong
}
