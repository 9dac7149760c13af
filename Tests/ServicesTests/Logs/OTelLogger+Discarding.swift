import Logging
import Telemetry

extension OTelLogger {
  /// A logger whose lines no test looks at.
  static var discarding: OTelLogger { LogStyle.json.logger(service: "test", level: .critical, sink: MemoryLogSink()) }
}
