import ServiceCore

/// What incidents there are: `every=60s,for=10s,error-rate=0.5,delay=2s,seed=42`, in any order.
public struct IncidentSettings: Sendable, Hashable {
  /// When they are.
  let schedule: IncidentSchedule
  /// The share of rolls that fail while one lasts, beside those that their die fails; from 0 to 1.
  let errorRate: Double
  /// How much longer each roll takes while one lasts.
  let delay: Duration

  /// Without `seed` one is chosen. Throws a sentence that names the key of the first fault.
  public init(_ text: String) throws(IncidentSettingsFault) {
    let values = try KeyedValues(text)
    let period = try values.time("every")
    let length = try values.time("for")
    errorRate = try values.share("error-rate") ?? 0
    let delay = try values.time("delay")
    let seed = try values.integer("seed")
    guard let period else { throw .missing("every") }
    guard let length else { throw .missing("for") }
    guard length < period else { throw IncidentSettingsFault(reason: "'for' must be shorter than 'every'") }
    guard errorRate > 0 || delay != nil else {
      throw IncidentSettingsFault(reason: "'error-rate' or 'delay' must say what happens, or both")
    }
    self.delay = .nanoseconds(Int64(delay ?? 0))
    schedule = IncidentSchedule(
      period: period,
      length: length,
      seed: seed ?? .random(in: 0...UInt64(UInt32.max))
    )
  }
}

/// Why a text says nothing about incidents.
public struct IncidentSettingsFault: Error, Hashable, Sendable {
  /// A sentence without its end.
  public let reason: String

  fileprivate static func missing(_ key: String) -> Self { Self(reason: "'\(key)' is missing") }
}

/// The `key=value` pairs of a text.
private struct KeyedValues {
  private static let keys = ["every", "for", "error-rate", "delay", "seed"]
  private var values: [String: String] = [:]

  init(_ text: String) throws(IncidentSettingsFault) {
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let key = String(pair.prefix { $0 != "=" })
      guard Self.keys.contains(key) else {
        let known = Self.keys.map { "'\($0)'" }.joined(separator: ", ")
        throw IncidentSettingsFault(reason: "'\(key)' is none of the keys \(known)")
      }
      // What follows the key and its equals sign; nothing where there is no sign, which no key allows.
      guard values.updateValue(String(pair.dropFirst(key.count + 1)), forKey: key) == nil else {
        throw IncidentSettingsFault(reason: "'\(key)' is there twice")
      }
    }
  }

  /// Nanoseconds.
  func time(_ key: String) throws(IncidentSettingsFault) -> UInt64? {
    try value(key, "a time from 1ms to 365d with its unit, such as 10s") { text in
      DurationText.nanoseconds(text).flatMap { (1e6...365 * 86_400e9).contains($0) ? UInt64($0) : nil }
    }
  }

  func share(_ key: String) throws(IncidentSettingsFault) -> Double? {
    try value(key, "a share above 0 and up to 1, such as 0.5") { text in
      Double(text).flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
    }
  }

  func integer(_ key: String) throws(IncidentSettingsFault) -> UInt64? {
    try value(key, "an integer from 0 to \(UInt64.max)") { UInt64($0) }
  }

  private func value<Value>(
    _ key: String,
    _ form: String,
    read: (String) -> Value?
  ) throws(IncidentSettingsFault) -> Value? {
    guard let text = values[key] else { return nil }
    guard let value = read(text) else { throw IncidentSettingsFault(reason: "'\(key)' must be \(form)") }
    return value
  }
}
