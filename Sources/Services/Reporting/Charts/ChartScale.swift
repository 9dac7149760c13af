#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How numbers become places along an axis, with the numbers that are written beside it. Pure.
public enum ChartScale: Sendable, Hashable {
  /// Equal differences take equal room.
  case linear(ClosedRange<Double>)
  /// Equal ratios take equal room; only for positive numbers.
  case logarithmic(ClosedRange<Double>)

  /// A linear scale from 0 to a round number that covers `values`.
  public static func linear(covering values: [Double]) -> ChartScale {
    let most = values.filter { $0.isFinite && $0 > 0 }.max() ?? 1
    let step = roundStep(atLeast: most / 5)
    return .linear(0...((most / step).rounded(.up) * step))
  }

  /// A logarithmic scale between round numbers that covers `values`.
  public static func logarithmic(covering values: [Double]) -> ChartScale {
    let positive = values.filter { $0.isFinite && $0 > 0 }
    guard let least = positive.min(), let most = positive.max() else { return .logarithmic(0.1...1) }
    let low = roundNumber(atMost: least)
    return .logarithmic(low...max(low * 10, roundStep(atLeast: most)))
  }

  /// 0 at the axis' beginning, 1 at its end.
  func position(_ value: Double) -> Double {
    let share =
      switch self {
      case .linear(let range): (value - range.lowerBound) / (range.upperBound - range.lowerBound)
      case .logarithmic(let range):
        log10(max(value, range.lowerBound) / range.lowerBound) / log10(range.upperBound / range.lowerBound)
      }
    return min(1, max(0, share))
  }

  /// Round numbers, few enough to be written beside each other.
  var ticks: [Double] {
    switch self {
    case .linear(let range):
      let step = Self.roundStep(atLeast: (range.upperBound - range.lowerBound) / 6)
      let first = Int((range.lowerBound / step).rounded(.up))
      let last = Int((range.upperBound / step + 1e-9).rounded(.down))
      return first <= last ? (first...last).map { Double($0) * step } : []
    case .logarithmic(let range):
      let decades = Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound)))
      let steps: [Double] = decades.count <= 4 ? [1, 2, 5] : [1]
      return decades.flatMap { decade in steps.map { $0 * pow(10, Double(decade)) } }.filter {
        (range.lowerBound * 0.999...range.upperBound * 1.001).contains($0)
      }
    }
  }

  /// The nearest of 1, 2 and 5 times a power of ten that is not above.
  private static func roundNumber(atMost value: Double) -> Double {
    let power = pow(10, floor(log10(value)))
    return ([5, 2, 1].first { $0 * power <= value * 1.000_001 } ?? 1) * power
  }

  /// The next of 1, 2 and 5 times a power of ten.
  private static func roundStep(atLeast step: Double) -> Double {
    let power = pow(10, floor(log10(step)))
    return ([1, 2, 5, 10].first { $0 * power >= step * 0.999_999 } ?? 10) * power
  }
}
