/// The content of a request that is produced while it is sent.
struct ProducedBody: Sendable {
  /// In bytes; nil where nobody knows, so that it goes chunked.
  let length: Int?
  let produce: ClientRequest.BodyProducer
}
