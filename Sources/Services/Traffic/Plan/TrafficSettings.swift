public import LoopHTTP
public import ServiceCore

/// What a run sends, where to, and what it must come to.
public struct TrafficSettings: Sendable {
  /// What is loaded.
  public enum Target: Sendable {
    /// A frontend, with simulated users' rolls.
    case dice(ServiceURL, DiceMix)
    /// One URL, over and over.
    case url(ClientURL)
  }

  /// What decides when a request is sent.
  public enum Model: Sendable {
    /// So many users, each of whom waits for an answer, thinks for some seconds and asks again.
    case closed(users: Int, maximumRolls: Int, thinkTime: ClosedRange<Double>)
    /// The clock, whatever the server does, over at most so many connections.
    case open(RateSpecification, ArrivalPattern, connections: Int)
  }

  /// What is loaded.
  public var target: Target
  /// What decides when a request is sent.
  public var model: Model
  /// Seconds that are measured; nil goes on until it is stopped.
  public var seconds: Double?
  /// Seconds before that, of which nothing is measured.
  public var warmUpSeconds = 0.0
  /// The same seed gives the same dice, batches, arrivals and think times.
  public var seed: UInt64
  /// Event loops that share the load.
  public var loopCount = 1
  /// The share of requests whose trace is recorded; nil sends no trace headers at all.
  public var traceSample: Double?
  /// What the latencies must keep.
  public var latencyLimits: [LatencyLimit] = []
  /// What the share of errors must keep.
  public var errorLimit: ErrorLimit?

  /// The given parts and defaults.
  public init(target: Target, model: Model, seed: UInt64) {
    self.target = target
    self.model = model
    self.seed = seed
  }

  /// How long an open-model run or one against a fixed target lasts where nobody says.
  public static let defaultSeconds = 10.0

  /// How many requests may be on their way at the same time.
  public var concurrency: Int {
    switch model {
    case .closed(let users, _, _): users
    case .open(_, _, let connections): connections
    }
  }
}
