/// The rate of an open-model run as the user writes it: `200`, steps `100,200,400` or a ramp `100-1000`, in requests per
/// second.
public struct RateSpecification: Sendable, Hashable, LosslessStringConvertible {
  private enum Shape: Hashable {
    /// Each for an equal part of the run.
    case steps([Double])
    /// From the run's beginning to its end, linearly.
    case ramp(from: Double, to: Double)
  }

  private let shape: Shape
  /// As it was written.
  public let description: String

  /// Nil unless every rate is a positive number; a ramp may begin or end at 0.
  public init?(_ text: String) {
    description = text
    if let dash = text.firstIndex(of: "-") {
      guard let from = Self.rate(text[..<dash]), let to = Self.rate(text[text.index(after: dash)...]), from + to > 0
      else { return nil }
      shape = .ramp(from: from, to: to)
    } else {
      let rates = text.split(separator: ",", omittingEmptySubsequences: false).map(Self.rate)
      guard rates.allSatisfy({ $0 ?? 0 > 0 }) else { return nil }
      shape = .steps(rates.compactMap(\.self))
    }
  }

  /// No client sends more in a second.
  private static let highestRate = 1e7

  private static func rate(_ text: Substring) -> Double? {
    guard let rate = Double(text), (0...highestRate).contains(rate) else { return nil }
    return rate
  }

  /// The rate over a whole run. The warm-up goes at the first rate.
  func profile(warmUpSeconds: Double, seconds: Double) -> RateProfile {
    var pieces: [RateProfile.Piece]
    switch shape {
    case .steps(let rates):
      pieces = rates.map { .init(seconds: seconds / Double(rates.count), startRate: $0, endRate: $0) }
    case .ramp(let from, let to):
      pieces = [.init(seconds: seconds, startRate: from, endRate: to)]
    }
    if warmUpSeconds > 0, let rate = pieces.first?.startRate {
      pieces.insert(.init(seconds: warmUpSeconds, startRate: rate, endRate: rate), at: 0)
    }
    return RateProfile(pieces: pieces)
  }
}
