public import HTTPTypes

/// A complete response.
public struct ClientResponse: Sendable {
  /// Shared with the connection, whose next response finds another.
  private let sharedHead: CopyOnWrite<MessageHead>
  /// The content, decoded from its framing.
  public let body: [UInt8]
  let trailers: MessageTrailers?
  /// The server's address.
  public let remoteAddress: SocketAddress?

  init(
    _ head: CopyOnWrite<MessageHead>,
    body: [UInt8] = [],
    trailers: MessageTrailers? = nil,
    remoteAddress: SocketAddress?
  ) {
    sharedHead = head
    self.body = body
    self.trailers = trailers
    self.remoteAddress = remoteAddress
  }

  private var head: MessageHead {
    @inline(__always)
    _read { yield sharedHead.value }
  }

  /// The status code, 200…599.
  public var statusCode: Int { head.status }

  /// The status with the server's phrase.
  public var status: HTTPResponse.Status {
    HTTPResponse.Status(code: head.status, reasonPhrase: text(head.reason))
  }

  /// The value of the first field called `name`; nil without one.
  public func header(_ name: HTTPField.Name) -> String? {
    let bytes = head.bytes.span
    for field in head.fields
    where ByteClass.matches(bytes.extracting(field.name.bounds), name.canonicalName) {
      return text(field.value)
    }
    return nil
  }

  /// The values of all fields called `name`, in their order.
  public func headerValues(_ name: HTTPField.Name) -> [String] {
    let bytes = head.bytes.span
    return head.fields.compactMap { field in
      ByteClass.matches(bytes.extracting(field.name.bounds), name.canonicalName) ? text(field.value) : nil
    }
  }

  /// All fields, built anew at each call.
  public var headerFields: HTTPFields {
    var fields = HTTPFields()
    for field in head.fields {
      guard let name = HTTPField.Name(text(field.name)) else { continue }
      fields.append(HTTPField(name: name, value: text(field.value)))
    }
    return fields
  }

  /// The fields that came behind a chunked body; empty where none came, or where the body is read as it comes, which then has
  /// them: ``ClientBody/trailerFields``. They stay apart from `headerFields`, and those that would change how the response was
  /// framed, controlled or read are left out (RFC 9110 §6.5.1). Built anew at each call.
  public var trailerFields: HTTPFields { trailers?.allowedFields ?? HTTPFields() }

  /// The same, with its content.
  func completed(_ body: [UInt8], _ trailers: MessageTrailers?) -> ClientResponse {
    ClientResponse(sharedHead, body: body, trailers: trailers, remoteAddress: remoteAddress)
  }

  private func text(_ range: ByteRange) -> String {
    String(decoding: head.bytes[range.bounds], as: UTF8.self)
  }
}
