import LoopHTTP
import ServiceCore

/// The page and its parts, each at its own path.
enum PageRoutes {
  /// The files of Page/, which the build puts into the program, so that it needs none beside it.
  private static let files = [
    PageFile("api.js", PackageResources.api_js),
    PageFile("comparison.js", PackageResources.comparison_js),
    PageFile("die-face.js", PackageResources.die_face_js),
    PageFile("dom.js", PackageResources.dom_js),
    PageFile("format.js", PackageResources.format_js),
    PageFile("index.html", PackageResources.index_html),
    PageFile("main.js", PackageResources.main_js),
    PageFile("primer.js", PackageResources.primer_js),
    PageFile("recent.js", PackageResources.recent_js),
    PageFile("result.js", PackageResources.result_js),
    PageFile("span-details.js", PackageResources.span_details_js),
    PageFile("span-meaning.js", PackageResources.span_meaning_js),
    PageFile("stairs.js", PackageResources.stairs_js),
    PageFile("style.css", PackageResources.style_css),
    PageFile("summary.js", PackageResources.summary_js),
    PageFile("theme.css", PackageResources.theme_css),
    PageFile("time-cursor.js", PackageResources.time_cursor_js),
    PageFile("timeline.js", PackageResources.timeline_js),
    PageFile("trace-analysis.js", PackageResources.trace_analysis_js),
    PageFile("trace-model.js", PackageResources.trace_model_js),
    PageFile("trace-view.js", PackageResources.trace_view_js),
    PageFile("trace.css", PackageResources.trace_css),
    PageFile("waterfall-drawing.js", PackageResources.waterfall_drawing_js),
    PageFile("waterfall.css", PackageResources.waterfall_css),
    PageFile("waterfall.js", PackageResources.waterfall_js),
  ]

  /// Their gzip forms: made once, and not before a client takes one, since the start of the program would wait for them.
  private static let compressed = files.map { Gzip.compress($0.bytes) }

  static let all: [ServiceRoute] = files.enumerated().map { index, file in
    let text: JSONValue = ["type": "string"]
    let operation = APIOperation(
      "The page, or a part of it",
      answers: [
        APIOperation.Answer(200, "The file", mediaType: file.mediaType.text, schema: text),
        APIOperation.Answer(304, "The client has the file", mediaType: nil),
      ]
    )
    return ServiceRoute(file.path, operation, isTraced: file.path == "/") { request in
      file.answer(request) { compressed[index] }
    }
  }
}
