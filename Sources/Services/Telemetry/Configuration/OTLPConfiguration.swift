/// Where and how one signal is exported over OTLP/HTTP (OpenTelemetry Protocol Exporter specification).
public struct OTLPConfiguration: Sendable, Hashable {
  /// How request bodies are compressed.
  public enum Compression: Sendable, Hashable {
    /// Not at all.
    case none
    /// RFC 1952.
    case gzip
  }

  /// A header to send.
  public struct Header: Sendable, Hashable {
    /// Its name: a token.
    public let name: String
    /// Its value, decoded.
    public let value: String
  }

  /// The address to post to.
  public var url: String
  /// Whether the environment names the receiver; otherwise the address is the specification's default.
  public private(set) var isNamed = false
  /// The encoding of request and answer.
  public var format = OTLPFormat.protobuf
  /// The compression of requests; answers may be compressed only then.
  public var compression = Compression.none
  /// Headers beside those of the protocol.
  public var headers: [Header] = []
  /// The limit for one export with all its attempts.
  public var timeout = Duration.seconds(10)
  /// Largest request body before compression; a larger batch is not sent. What the specification asks of receivers.
  public var maximumRequestBytes = 64 * 1024 * 1024
  /// Largest answer, before and after decompression. The specification's recommendation; an answer is a few words.
  public var maximumResponseBytes = 4 * 1024 * 1024

  /// The defaults of each property, for that address.
  public init(url: String) {
    self.url = url
  }

  /// The same; `namedURL` is nil where the environment names no receiver.
  init(namedURL: String?, defaultURL: String) {
    url = namedURL ?? defaultURL
    isNamed = namedURL != nil
  }
}
