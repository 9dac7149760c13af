import Reporting
import Telemetry

extension TrafficReport {
  /// One page with everything in it: no script, nothing from another host.
  public var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>dice traffic: \(targetText.markupEscaped)</title>
    <style>\(ChartStyle.css)\(Self.pageStyle)</style>
    </head>
    <body>
    <main>
    <header>
    <h1>dice traffic <span>\(targetText.markupEscaped)</span></h1>
    <p>\(modelText.markupEscaped) · seed \(settings.seed)\(isInterrupted ? " · ended early" : "")\(givenUpText.map { ", giving up " + $0 } ?? "")</p>
    </header>
    <section class="tiles">
    \(tiles)
    </section>
    \(notes)
    <section>
    <table>
    <thead><tr><th>latency</th><th>requests</th><th>mean</th>\(percentileHeads)</tr></thead>
    <tbody>
    \(latencyRows)
    </tbody>
    </table>
    </section>
    \(charts.map { "<section>\($0.svg(standsAlone: false))</section>" }.joined(separator: "\n"))
    \(traceSection)
    <footer>\(generatorText.markupEscaped)</footer>
    </main>
    </body>
    </html>

    """
  }

  private static let pageStyle = """
    body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,\
    "DejaVu Sans",sans-serif}
    main{max-width:920px;margin:0 auto;padding:32px 20px 48px}
    h1{margin:0;font-size:26px}h1 span{font-weight:400;color:var(--soft);overflow-wrap:anywhere}
    header p,footer{margin:4px 0 0;color:var(--soft)}
    section{margin-top:24px;border:1px solid var(--line);border-radius:12px;padding:12px;overflow-x:auto}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;border:0;padding:0}
    .tile{border:1px solid var(--line);border-radius:12px;padding:14px 16px}
    .tile b{display:block;font-size:26px;font-weight:650;font-variant-numeric:tabular-nums;white-space:nowrap}
    .tile span{color:var(--soft);font-size:14px}
    .bad b,.bad strong{color:var(--red)}.good strong{color:var(--teal)}
    ul.notes{list-style:none;margin:20px 0 0;padding:0}
    ul.notes li{padding:8px 14px;border-left:4px solid var(--teal);margin-top:6px}
    ul.notes li.bad{border-color:var(--red)}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
    th{font-weight:500;color:var(--soft);font-size:14px}
    th,td{text-align:right;padding:7px 10px;white-space:nowrap}th:first-child,td:first-child{text-align:left}
    tbody tr{border-top:1px solid var(--line)}
    a{color:var(--blue)}code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:14px}
    .chart{display:block;width:100%;min-width:560px;height:auto}
    footer{margin-top:24px;font-size:14px}
    """

  private var tiles: String {
    var all = LatencyRecord()
    for (_, latencies) in kinds { all.add(latencies) }
    let figures = [
      ("requests", record.requests.groupedText, false), ("per second", rate.text(decimals: 1), false),
      ("p50", all.seconds(percentile: 50).durationText, false),
      ("p99", all.seconds(percentile: 99).durationText, false),
      ("errors", errorShare.isNaN ? "–" : errorShare.percentText, record.errors > 0),
    ]
    return figures.map { name, value, isBad in
      "<div class=\"tile\(isBad ? " bad" : "")\"><b>\(value)</b><span>\(name)</span></div>"
    }.joined(separator: "\n")
  }

  private var notes: String {
    let items =
      verdicts.map { ($0.passed, "\($0.passed ? "Passed" : "Failed")", $0.text) }
      + (limitText.map { [(false, "Mind", $0)] } ?? [])
    guard !items.isEmpty else { return "" }
    let list = items.map { isGood, head, text in
      "<li class=\"\(isGood ? "good" : "bad")\"><strong>\(head)</strong> \(text.markupEscaped)</li>"
    }
    return "<ul class=\"notes\">\(list.joined())</ul>"
  }

  private var percentileHeads: String {
    Self.percentiles.map { "<th>\($0.name)</th>" }.joined()
  }

  private var latencyRows: String {
    kinds.map { kind, latencies in
      let values = [latencies.mean] + Self.percentiles.map { latencies.seconds(percentile: $0.percentile) }
      let cells = [latencies.count.groupedText] + values.map(\.durationText)
      return "<tr><td>\(kind.rawValue)</td>\(cells.map { "<td>\($0)</td>" }.joined())</tr>"
    }.joined(separator: "\n")
  }

  /// The frontend's own page draws the trace.
  private func markup(_ trace: TraceID) -> String {
    guard let page = tracePage else { return "<code>\(trace)</code>" }
    return "<a href=\"\("\(page)\(trace)".markupEscaped)\"><code>\(trace)</code></a>"
  }

  private var traceSection: String {
    let rows = traces.map { kind, name, trace in
      "<tr><td>\(kind.rawValue) \(name)</td><td>\(markup(trace))</td></tr>"
    }
    let outcomes = outcomes.map { "<tr><td>\($0.name.markupEscaped)</td><td>\($0.count.groupedText)</td></tr>" }
    return """
      <section><table><thead><tr><th>answers</th><th>requests</th></tr></thead><tbody>\(outcomes.joined())</tbody></table></section>
      \(rows.isEmpty ? "" : "<section><table><thead><tr><th>to look at</th><th>trace</th></tr></thead><tbody>\(rows.joined())</tbody></table></section>")
      """
  }
}
