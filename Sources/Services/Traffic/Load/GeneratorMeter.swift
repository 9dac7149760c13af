import LoopHTTP

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the generator itself needed, so that its limits are not taken for the server's.
struct GeneratorUsage: Sendable {
  /// Of all threads of the process, seconds.
  let cpuSeconds: Double
  /// The same for each request; `nan` without requests.
  let cpuSecondsPerRequest: Double
  /// The share of its time in which the busiest loop did not wait, between 0 and 1.
  let busyShare: Double
}

/// Measures the process between two moments, on the first loop: its thread is running whenever requests are sent, while
/// another might have to wait for a core.
actor GeneratorMeter: LoopActor {
  private struct Reading {
    var cpu: Double
    var time: UInt64
    var idle: [UInt64]
  }

  nonisolated let loop: EventLoop
  private let group: EventLoopGroup
  private var start: Reading?

  init(group: EventLoopGroup) {
    self.group = group
    loop = group.loops[0]
  }

  /// Suspends until `moment` (monotonic nanoseconds) and takes the first reading.
  func begin(at moment: UInt64) async {
    let now = EventLoop.monotonicNanoseconds()
    guard (try? await loop.sleep(for: .nanoseconds(Int64(moment - min(moment, now))))) != nil else { return }
    start = await read()
  }

  private func read() async -> Reading {
    var idle: [UInt64] = []
    for loop in group.loops { idle.append(await loop.readStatistics().idleNanoseconds) }
    // `clock()` is the CPU time of the whole process.
    return Reading(cpu: Double(clock()) / Double(CLOCKS_PER_SEC), time: EventLoop.monotonicNanoseconds(), idle: idle)
  }

  func usage(requests: Int) async -> GeneratorUsage {
    let end = await read()
    guard let start, end.time > start.time else {
      return GeneratorUsage(cpuSeconds: end.cpu, cpuSecondsPerRequest: .nan, busyShare: .nan)
    }
    let elapsed = Double(end.time - start.time)
    let idleShares = zip(end.idle, start.idle).map { Double($0 - min($0, $1)) / elapsed }
    return GeneratorUsage(
      cpuSeconds: end.cpu - start.cpu,
      cpuSecondsPerRequest: requests > 0 ? (end.cpu - start.cpu) / Double(requests) : .nan,
      busyShare: min(1, max(0, 1 - (idleShares.min() ?? 1)))
    )
  }
}
