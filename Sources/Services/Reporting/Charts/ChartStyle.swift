/// The style sheet of charts; the same in a file of its own and within a page.
public enum ChartStyle {
  /// Declares its colours as variables for both kinds of surroundings.
  public static let css = """
    :root{color-scheme:light dark;--ground:#fff;--ink:#1c2330;--soft:#5b6678;--line:#e3e7ee;\
    --blue:#2563eb;--orange:#d97706;--teal:#0f9488;--grey:#8a94a6;--red:#dc2626}
    @media(prefers-color-scheme:dark){:root{--ground:#11151c;--ink:#e8ecf3;--soft:#9aa5b8;--line:#2a3240;\
    --blue:#6ea8fe;--orange:#f5a742;--teal:#3fc9b8;--grey:#79849a;--red:#f87171}}
    .chart{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
    .chart text{font-size:13px;fill:var(--soft)}
    .chart .title{font-size:16px;font-weight:600;fill:var(--ink)}
    .chart .name{fill:var(--ink)}
    .chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
    .chart .ground{fill:var(--ground)}
    .chart .grid{stroke:var(--line)}.chart .axis{stroke:var(--grey)}
    .chart .series{fill:none;stroke:currentColor;stroke-width:2.4;stroke-linejoin:round;stroke-linecap:round}
    .chart .dashes{stroke-dasharray:2 7}
    .chart .thin{stroke-width:1.3}
    .chart .area{fill:currentColor;fill-opacity:.22;stroke-width:1.5}
    .chart circle.series{fill:currentColor}
    .blue{color:var(--blue)}.orange{color:var(--orange)}.teal{color:var(--teal)}.grey{color:var(--grey)}.red{color:var(--red)}
    """
}

extension String {
  /// As text or attribute value of HTML and SVG: whatever a server or a user has written stays text.
  public var markupEscaped: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
