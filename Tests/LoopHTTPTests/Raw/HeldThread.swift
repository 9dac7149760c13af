import Dispatch

/// Runs what may hold its thread on one of its own: the runtime has one for each CPU, and two tests that held those would wait for
/// tasks of theirs for ever.
func onHeldThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    DispatchQueue(label: "held thread").async { continuation.resume(returning: work()) }
  }
}
