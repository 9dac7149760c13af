/// Colours that differ for every kind of eye, in light and in dark surroundings; the style sheet has their values.
public enum ChartColour: String, Sendable {
  /// For the first of two things compared.
  case blue
  /// For the second.
  case orange
  /// For a third.
  case teal
  /// For what is expected or less important.
  case grey
  /// For what has gone wrong.
  case red
}

/// One quantity in a chart.
public struct ChartSeries: Sendable {
  /// Where it was measured, or follows from theory.
  public struct Point: Sendable, Hashable {
    /// Along the horizontal axis.
    public var x: Double
    /// Along the vertical axis.
    public var y: Double
    /// What the true value lies within; nil for none.
    public var interval: ClosedRange<Double>?

    /// The given parts.
    public init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
    }
  }

  /// How it is drawn.
  public enum Style: Sendable {
    /// A line through the points.
    case line
    /// A broken line through the points: for theory.
    case dashes
    /// A dot for each point, with its interval, and a thin line between them.
    case dots
    /// The area below a line through the points.
    case area
  }

  /// As the legend has it.
  public var name: String
  /// Its colour.
  public var colour: ChartColour
  /// How it is drawn.
  public var style: Style
  /// In the order of `x`. A point whose `y` is not finite is a gap.
  public var points: [Point]

  /// The given parts.
  public init(name: String, colour: ChartColour, style: Style, points: [Point]) {
    self.name = name
    self.colour = colour
    self.style = style
    self.points = points
  }
}
