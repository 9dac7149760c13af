import HTTPTypes
import LoopHTTP
import Telemetry

/// A file of the page, as browsers get it: whole, compressed, or not again where they still have it.
struct PageFile: Sendable {
  let name: String
  let bytes: [UInt8]
  private let entityTag: String

  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    entityTag = "W/\"\(String(Self.digest(bytes), radix: 16))\""
  }

  /// Where it is served.
  var path: String { name == "index.html" ? "/" : "/\(name)" }

  var mediaType: MediaType {
    if name.hasSuffix(".html") { return .html }
    return name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
  }

  /// The answer to a request for the file; `compressed` is its gzip form.
  func answer(_ request: Request, compressed: () -> [UInt8]) -> Response {
    var response = content(request, compressed)
    response.append(.eTag, entityTag)
    response.append(.vary, "Accept-Encoding")
    // The names are the same in every version: browsers may keep a file, but have to ask whether it is still the one.
    response.append(.cacheControl, "no-cache")
    response.append(.contentSecurityPolicy, Self.policy)
    response.append(.xContentTypeOptions, "nosniff")
    return response
  }

  private func content(_ request: Request, _ compressed: () -> [UInt8]) -> Response {
    if isKnown(to: request) { return Response(status: .notModified) }
    let coding = ContentCoding.preferred(acceptEncoding: request.headerValues(.acceptEncoding))
    guard let name = coding.fieldValue else { return Response(contentType: mediaType, body: .bytes(bytes)) }
    var response = Response(contentType: mediaType, body: .bytes(compressed()))
    response.append(.contentEncoding, name)
    return response
  }

  /// Whether the client has this version (RFC 9110 section 13.1.2). The comparison is a weak one, and so is the tag: both
  /// codings of the file share it.
  private func isKnown(to request: Request) -> Bool {
    let opaque = entityTag.dropFirst(2)
    return request.headerValues(.ifNoneMatch).flatMap { $0.split(separator: ",") }.contains { element in
      let tag = element.drop { $0 == " " || $0 == "\t" }
      let end = tag.lastIndex { $0 != " " && $0 != "\t" }
      guard let end else { return false }
      let trimmed = tag[...end]
      return trimmed == "*" || (trimmed.hasPrefix("W/") ? trimmed.dropFirst(2) : trimmed) == opaque
    }
  }

  /// FNV-1a: tells versions of a file apart, and needs no library.
  private static func digest(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  /// Nothing but this server's own files runs or is shown.
  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
