import FoundationEssentials
import Logging
import OTLPMessages
import SwiftProtobuf

/// Turns log records into an OTLP request: one ResourceLogs, and in it one ScopeLogs per logger.
struct OTLPLogEncoder: OTLPEncoder {
  private let format: OTLPFormat
  private let resource: Opentelemetry_Proto_Resource_V1_Resource
  private let limits: AttributeLimits

  init(resource: Resource, format: OTLPFormat, limits: AttributeLimits) {
    self.format = format
    self.resource = Opentelemetry_Proto_Resource_V1_Resource(resource)
    self.limits = limits
  }

  /// See `OTLPEncoder`.
  static func partialSuccess(
    of answer: Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceResponse
  ) -> OTLPPartialSuccess {
    OTLPPartialSuccess(
      rejected: answer.partialSuccess.rejectedLogRecords,
      message: answer.partialSuccess.errorMessage
    )
  }

  /// See `OTLPEncoder`.
  func encode(_ records: [LogRecord]) -> [UInt8]? {
    format.encode(request(records))
  }

  /// The request that carries these records.
  func request(_ records: [LogRecord]) -> Opentelemetry_Proto_Collector_Logs_V1_ExportLogsServiceRequest {
    let scopes = records.grouped(by: \.source.logger).map { logger, records in
      Opentelemetry_Proto_Logs_V1_ScopeLogs.with {
        $0.scope.name = logger
        $0.logRecords = records.map(message)
      }
    }
    return .with {
      $0.resourceLogs = [
        .with {
          $0.resource = resource
          $0.scopeLogs = scopes
        }
      ]
    }
  }

  private func message(_ record: LogRecord) -> Opentelemetry_Proto_Logs_V1_LogRecord {
    let attributes = AttributeList(uniqueKeys: record.attributes, limits: limits)
    return .with {
      $0.timeUnixNano = UInt64(clamping: record.microseconds) * 1000
      $0.observedTimeUnixNano = $0.timeUnixNano
      $0.severityNumber = Self.severity(of: record.level)
      $0.severityText = record.level.rawValue
      $0.body.stringValue = record.message
      $0.attributes = attributes.elements.map(Opentelemetry_Proto_Common_V1_KeyValue.init)
      $0.droppedAttributesCount = UInt32(clamping: attributes.droppedCount)
      if let span = record.span {
        $0.traceID = format.field(of: span.traceID)
        $0.spanID = format.field(of: span.spanID)
        $0.flags = UInt32(span.traceFlags.rawValue)
      }
    }
  }

  /// Logs data model, "Mapping of SeverityNumber": swift-log's notice lies between INFO and WARN, its critical is FATAL.
  private static func severity(of level: Logger.Level) -> Opentelemetry_Proto_Logs_V1_SeverityNumber {
    switch level {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .notice: .info2
    case .warning: .warn
    case .error: .error
    case .critical: .fatal
    }
  }
}
