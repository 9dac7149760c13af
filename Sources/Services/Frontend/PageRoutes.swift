import HTTPTypes
import LoopHTTP
import ServiceCore

/// The page and its parts, each at its own path.
enum PageRoutes {
  /// Nothing but this server's own files runs or is shown.
  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  static let all: [ServiceRoute] = PageFiles.texts.map { file in
    let mediaType = mediaType(of: file.name)
    let bytes = Array(file.text.utf8)
    let answer = APIOperation.Answer(200, "The file", mediaType: mediaType.text, schema: ["type": "string"])
    let path = file.name == "index.html" ? "/" : "/\(file.name)"
    let operation = APIOperation("The page, or a part of it", answers: [answer])
    return ServiceRoute(path, operation, isTraced: path == "/") { _ in
      var response = Response(contentType: mediaType, body: .bytes(bytes))
      response.append(.contentSecurityPolicy, policy)
      response.append(.xContentTypeOptions, "nosniff")
      response.append(.cacheControl, "no-cache")
      return response
    }
  }

  private static func mediaType(of name: String) -> MediaType {
    if name.hasSuffix(".html") { return .html }
    return name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
  }
}
