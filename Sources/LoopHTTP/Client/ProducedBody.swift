/// The content of a request that is produced while it is sent.
struct ProducedBody: Sendable {
  /// In bytes; nil where nobody knows, so that it goes chunked.
  let length: Int?
  let produce: ClientRequest.BodyProducer
}

extension ClientRequest {
  /// The request as it goes with a body that is produced, and so only once; throws where that cannot be its body.
  func sentOnce(with produce: @escaping BodyProducer, length: Int?) throws(ClientError) -> (ClientRequest, ProducedBody)
  {
    guard body.isEmpty else { throw .invalidRequest("it has two bodies") }
    guard length ?? 0 >= 0 else { throw .invalidRequest("its body has a negative length") }
    var request = self
    request.isResentByClient = false
    return (request, ProducedBody(length: length, produce: produce))
  }
}
