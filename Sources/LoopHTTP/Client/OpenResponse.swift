/// A response whose content is still to come, for whoever needs its head first, and elsewhere than its content: a proxy, whose
/// handler answers with the head, and sends the content afterwards.
///
/// The connection is this response's for as long as anybody holds it or its `body`. Then it is used again if all of the content has been
/// read, and else closed, which tells the server. `HTTPClient.shutdown()` waits for that.
public final class OpenResponse: Sendable {
  /// The head; its own `body` is empty.
  public let head: ClientResponse
  private let exchange: StreamedExchange
  private let client: LoopClient

  init(_ exchange: StreamedExchange, of client: LoopClient) {
    head = exchange.response
    self.exchange = exchange
    self.client = client
  }

  deinit {
    let release = { @Sendable [client, exchange] in client.onLoop { $0.release(exchange) } }
    // At once where that can be: the next request may have the connection.
    if client.loop.isCurrent { release() } else { client.loop.execute(release) }
  }

  /// What is still to come of the content. One task at a time may read it.
  public var body: ClientBody { ClientBody(exchange: exchange, holding: self) }
}
