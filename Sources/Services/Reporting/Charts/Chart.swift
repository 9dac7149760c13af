/// A chart as an SVG element of its own, without scripts and without anything from elsewhere.
public struct Chart: Sendable {
  /// One of the two axes.
  public struct Axis: Sendable {
    /// What it counts.
    public var label: String
    /// Where numbers are.
    public var scale: ChartScale
    /// How numbers are written.
    public var text: @Sendable (Double) -> String
    /// The numbers that are written; nil leaves the choice to the scale.
    public var ticks: [Double]?

    /// The given parts.
    public init(
      _ label: String,
      _ scale: ChartScale,
      ticks: [Double]? = nil,
      text: @escaping @Sendable (Double) -> String
    ) {
      self.label = label
      self.scale = scale
      self.ticks = ticks
      self.text = text
    }
  }

  private let title: String
  private let x: Axis
  private let y: Axis
  private let series: [ChartSeries]

  /// The given parts. `title` is also what a screen reader says.
  public init(title: String, x: Axis, y: Axis, series: [ChartSeries]) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
  }

  // In the units of the drawing, which scales as a whole.
  private static let width = 880.0
  private static let height = 340.0
  private static let left = 84.0
  private static let right = 20.0
  private static let top = 64.0
  private static let bottom = 52.0

  private func place(x value: Double) -> Double {
    Self.left + x.scale.position(value) * (Self.width - Self.left - Self.right)
  }

  private func place(y value: Double) -> Double {
    Self.height - Self.bottom - y.scale.position(value) * (Self.height - Self.top - Self.bottom)
  }

  /// The element. One that stands alone in a file brings its style sheet and its background along.
  public func svg(standsAlone: Bool) -> String {
    let box = "viewBox=\"0 0 \(Self.width.text(decimals: 0)) \(Self.height.text(decimals: 0))\""
    var parts = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" \(box) role=\"img\" aria-label=\"\(title.markupEscaped)\">"
    ]
    if standsAlone {
      parts += ["<style>\(ChartStyle.css)</style>", "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>"]
    }
    parts.append(label(title, x: 20, y: 26, "title"))
    parts += legend + grid + series.flatMap(drawing)
    return (parts + ["</svg>"]).joined(separator: "\n")
  }

  private func label(_ text: String, x: Double, y: Double, _ names: String, turn: String = "") -> String {
    "<text class=\"\(names)\" x=\"\(x.svg)\" y=\"\(y.svg)\"\(turn)>\(text.markupEscaped)</text>"
  }

  private var legend: [String] {
    var begin = Self.left
    return series.flatMap { series in
      let stroke =
        "<line class=\"\(series.classes)\" x1=\"\(begin.svg)\" x2=\"\((begin + 22).svg)\" y1=\"46\" y2=\"46\"/>"
      let name = label(series.name, x: begin + 28, y: 50, "name")
      begin += 28 + 7.2 * Double(series.name.count) + 26
      return [stroke, name]
    }
  }

  private var grid: [String] {
    let foot = Self.height - Self.bottom
    var parts: [String] = []
    for tick in y.ticks ?? y.scale.ticks {
      let height = place(y: tick)
      parts.append(
        "<line class=\"grid\" x1=\"\(Self.left.svg)\" x2=\"\((Self.width - Self.right).svg)\" y1=\"\(height.svg)\" y2=\"\(height.svg)\"/>"
      )
      parts.append(label(y.text(tick), x: Self.left - 9, y: height + 4, "tick end"))
    }
    for tick in x.ticks ?? x.scale.ticks {
      let begin = place(x: tick)
      parts.append(
        "<line class=\"axis\" x1=\"\(begin.svg)\" x2=\"\(begin.svg)\" y1=\"\(foot.svg)\" y2=\"\((foot + 5).svg)\"/>"
      )
      parts.append(label(x.text(tick), x: begin, y: foot + 20, "tick middle"))
    }
    parts.append(
      "<line class=\"axis\" x1=\"\(Self.left.svg)\" x2=\"\((Self.width - Self.right).svg)\" y1=\"\(foot.svg)\" y2=\"\(foot.svg)\"/>"
    )
    parts.append(label(x.label, x: (Self.left + Self.width - Self.right) / 2, y: Self.height - 12, "tick middle"))
    let middle = (Self.top + foot) / 2
    parts.append(label(y.label, x: 20, y: middle, "tick middle", turn: " transform=\"rotate(-90 20 \(middle.svg))\""))
    return parts
  }

  // MARK: Series

  private func drawing(_ series: ChartSeries) -> [String] {
    let runs = series.points.split { !$0.y.isFinite }.map { Array($0) }
    switch series.style {
    case .line, .dashes: return runs.map { path($0, series.classes) }
    case .area: return runs.map { area($0, series) }
    case .dots:
      return runs.map { path($0, series.classes + " thin") } + series.points.flatMap { dot($0, series) }
    }
  }

  private func corners(_ points: [ChartSeries.Point]) -> String {
    points.map { "\(place(x: $0.x).svg),\(place(y: $0.y).svg)" }.joined(separator: " ")
  }

  private func path(_ points: [ChartSeries.Point], _ classes: String) -> String {
    // A point between two gaps would otherwise be invisible.
    guard points.count > 1 else { return points.map { circle($0, classes) }.joined() }
    return "<polyline class=\"\(classes)\" points=\"\(corners(points))\"/>"
  }

  private func area(_ points: [ChartSeries.Point], _ series: ChartSeries) -> String {
    guard let first = points.first, let last = points.last else { return "" }
    let foot = (Self.height - Self.bottom).svg
    return "<polygon class=\"\(series.classes)\" points=\"\(place(x: first.x).svg),\(foot) \(corners(points)) "
      + "\(place(x: last.x).svg),\(foot)\"/>"
  }

  private func circle(_ point: ChartSeries.Point, _ classes: String) -> String {
    let title = "\(x.text(point.x)): \(y.text(point.y))".markupEscaped
    return "<circle class=\"\(classes)\" cx=\"\(place(x: point.x).svg)\" cy=\"\(place(y: point.y).svg)\" r=\"4.5\">"
      + "<title>\(title)</title></circle>"
  }

  private func dot(_ point: ChartSeries.Point, _ series: ChartSeries) -> [String] {
    guard point.y.isFinite else { return [] }
    let center = place(x: point.x)
    guard let interval = point.interval else { return [circle(point, series.classes)] }
    let (low, high) = (place(y: interval.lowerBound), place(y: interval.upperBound))
    let bars = [(center, center, low, high), (center - 5, center + 5, low, low), (center - 5, center + 5, high, high)]
    return bars.map {
      "<line class=\"\(series.classes) thin\" x1=\"\($0.0.svg)\" x2=\"\($0.1.svg)\" y1=\"\($0.2.svg)\" y2=\"\($0.3.svg)\"/>"
    } + [circle(point, series.classes)]
  }
}

extension ChartSeries {
  fileprivate var classes: String {
    switch style {
    case .line, .dots: "series \(colour.rawValue)"
    case .dashes: "series dashes \(colour.rawValue)"
    case .area: "series area \(colour.rawValue)"
    }
  }
}

extension Double {
  /// As a coordinate: a tenth of a unit is less than anybody sees.
  fileprivate var svg: String { text(decimals: 1) }
}
