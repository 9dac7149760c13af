import LoopHTTP

/// Who writes log records: the same for all of one logger, so shared by them.
public final class LogSource: Sendable {
  /// The logger's label.
  public let logger: String
  /// `service.name` of the service.
  public let service: String

  /// `"logger":"…","service":"…"`, which every JSON line of the source has.
  let jsonMembers: [UInt8]

  /// The source of that label, in that service.
  public init(logger: String, service: String) {
    self.logger = logger
    self.service = service
    var members: [UInt8] = []
    members.append(#""logger":"#)
    members.append(json: logger)
    members.append(#","service":"#)
    members.append(json: service)
    jsonMembers = members
  }
}
