/// How many requests a second are due at each moment of a run: linear pieces one after another. Pure.
struct RateProfile: Sendable, Hashable {
  struct Piece: Sendable, Hashable {
    let seconds: Double
    /// Requests per second at its beginning and at its end.
    let startRate: Double
    let endRate: Double

    /// How many requests are due within it: the area below the line.
    var count: Double { (startRate + endRate) / 2 * seconds }

    /// When `count` requests have become due since the piece began.
    func time(ofCount count: Double) -> Double {
      let slope = (endRate - startRate) / seconds
      // The positive root of startRate·t + slope/2·t² = count, in the form that stays exact for small slopes.
      let root = max(0, startRate * startRate + 2 * slope * count).squareRoot()
      let sum = startRate + root
      return sum > 0 ? min(seconds, 2 * count / sum) : 0
    }
  }

  let pieces: [Piece]

  /// Requests that are due in the whole run.
  var count: Double { pieces.reduce(0) { $0 + $1.count } }

  /// Seconds from the run's beginning until `count` requests have become due; nil where the run ends before.
  func time(ofCount count: Double) -> Double? {
    var begin = 0.0
    var left = count
    for piece in pieces {
      if left < piece.count { return begin + piece.time(ofCount: left) }
      left -= piece.count
      begin += piece.seconds
    }
    return nil
  }
}
