import HTTPTypes
import LoopHTTP
import ServiceCore

/// The page and its parts, each at its own path.
enum PageRoutes {
  /// Nothing but this server's own files runs or is shown.
  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  /// The files of Page/, which the build puts into the program, so that it needs none beside it.
  private static let files: [(name: String, bytes: [UInt8])] = [
    ("api.js", PackageResources.api_js),
    ("comparison.js", PackageResources.comparison_js),
    ("die-face.js", PackageResources.die_face_js),
    ("dom.js", PackageResources.dom_js),
    ("format.js", PackageResources.format_js),
    ("index.html", PackageResources.index_html),
    ("main.js", PackageResources.main_js),
    ("primer.js", PackageResources.primer_js),
    ("recent.js", PackageResources.recent_js),
    ("result.js", PackageResources.result_js),
    ("span-details.js", PackageResources.span_details_js),
    ("span-meaning.js", PackageResources.span_meaning_js),
    ("stairs.js", PackageResources.stairs_js),
    ("style.css", PackageResources.style_css),
    ("summary.js", PackageResources.summary_js),
    ("theme.css", PackageResources.theme_css),
    ("time-cursor.js", PackageResources.time_cursor_js),
    ("timeline.js", PackageResources.timeline_js),
    ("trace-analysis.js", PackageResources.trace_analysis_js),
    ("trace-model.js", PackageResources.trace_model_js),
    ("trace-view.js", PackageResources.trace_view_js),
    ("trace.css", PackageResources.trace_css),
    ("waterfall-drawing.js", PackageResources.waterfall_drawing_js),
    ("waterfall.css", PackageResources.waterfall_css),
    ("waterfall.js", PackageResources.waterfall_js),
  ]

  static let all: [ServiceRoute] = files.map { file in
    let mediaType = mediaType(of: file.name)
    let answer = APIOperation.Answer(200, "The file", mediaType: mediaType.text, schema: ["type": "string"])
    let path = file.name == "index.html" ? "/" : "/\(file.name)"
    let operation = APIOperation("The page, or a part of it", answers: [answer])
    return ServiceRoute(path, operation, isTraced: path == "/") { _ in
      var response = Response(contentType: mediaType, body: .bytes(file.bytes))
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
