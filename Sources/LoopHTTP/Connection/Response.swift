public import HTTPTypes

/// What a handler answers with.
public struct Response: Sendable {
  /// What follows the head.
  public enum Body: Sendable {
    /// Nothing; `Content-Length: 0` where the status allows one.
    case empty
    /// Bytes whose number is sent as `Content-Length`.
    case bytes([UInt8])
    /// Text, sent as UTF-8 with its `Content-Length`.
    case string(String)
    /// Produced while it is sent. Where the response's fields say a `Content-Length`, exactly as many bytes must be written;
    /// else it goes chunked to HTTP/1.1 clients, until the end of the connection to HTTP/1.0 ones. An error thrown by the
    /// closure is logged and cuts the connection, so that the client sees that the body is not complete.
    case stream(Producer)

    /// Writes the content of a streamed body, on the connection's loop. It sees the task-local values that middlewares had bound for
    /// the handler.
    public typealias Producer = nonisolated(nonsending) @Sendable (ResponseWriter) async throws -> Void
  }

  /// How the exchange ended, for whoever measures it.
  public enum Outcome: Hashable, Sendable {
    /// The last byte was handed to the system.
    case sent
    /// The client had left, or stopped reading, before that.
    case clientGone
    /// The server had given the exchange up before that: the time of its drain was over.
    case aborted
    /// It was not sent: the handler had taken longer than the `handlerTimeout`, and its client got 503.
    case timedOut
    /// The server could not send it. `status` is the code that its client got: of an answer with a field that must not leave, 500
    /// in its place; of a streamed body that its closure broke off or made too short or too long, its own and a part.
    case failed(status: Int)
  }

  /// The status code and phrase; the standard phrase where it has none. One outside of 200 to 599 would leave the client
  /// without a final answer, so it is sent as 500.
  public var status: HTTPResponse.Status
  /// `Content-Type`; none where nil.
  public var contentType: MediaType?
  /// The content; not sent in answers to HEAD and with 204, 205 and 304.
  public var body: Body
  /// Whether the connection ends after this response.
  public var closesConnection = false
  var extraFields: [OutgoingField] = []
  var observers: [@Sendable (Outcome) -> Void] = []

  /// Further fields. A `Content-Type` and a `Date` among them take the place of the server's. The framing and the connection
  /// are its own affair: of their fields (`Transfer-Encoding`, `Keep-Alive`, `Trailer`, `Upgrade` and the like) none is sent,
  /// `Connection: close` acts as `closesConnection` does, and `Content-Length` counts for a streamed body, and in answers
  /// without content to HEAD and with 304, where it tells the length of what is left out.
  public var headerFields: HTTPFields {
    get { HTTPFields(extraFields.map { HTTPField(name: $0.name, value: $0.value) }) }
    set { extraFields = newValue.map { OutgoingField($0.name, $0.value) } }
  }

  /// Adds one field, after those there are; cheaper than `headerFields`.
  public mutating func append(_ name: HTTPField.Name, _ value: String) {
    if extraFields.isEmpty { extraFields.reserveCapacity(2) }
    extraFields.append(OutgoingField(name, value))
  }

  /// Calls `observer` once on the connection's loop, when the last byte has been handed over or either side has given up.
  public mutating func onFinish(_ observer: @escaping @Sendable (Outcome) -> Void) {
    observers.append(observer)
  }
}

// By the memberwise initializer: one that sets the properties by itself is compiled to copy them all as it returns.
extension Response {
  /// A response without further fields.
  public init(status: HTTPResponse.Status = .ok, contentType: MediaType? = nil, body: Body = .empty) {
    self.init(status: status, contentType: contentType, body: body, closesConnection: false)
  }

  /// A text, plain unless another type is given.
  public init(_ text: String, status: HTTPResponse.Status = .ok, contentType: MediaType = .plainText) {
    self.init(status: status, contentType: contentType, body: .string(text), closesConnection: false)
  }
}
