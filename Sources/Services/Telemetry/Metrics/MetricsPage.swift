/// What `/metrics` answers.
public struct MetricsPage: Sendable {
  /// The Content-Type of the answer.
  public let contentType: String
  /// The page, not compressed.
  public let bytes: [UInt8]

  /// Collects the registry's values and writes them in the format the client prefers.
  ///
  /// The loops are visited for a moment each; the page is put together outside of them, so that a long one does not
  /// keep a request waiting.
  ///
  /// - Parameter accept: the values of the request's Accept fields.
  public init(_ registry: MetricsRegistry, accept: [String]) async {
    let format = ExpositionFormat.preferred(accept: accept)
    let families = await registry.snapshot()
    contentType = format.contentType
    bytes = await withTaskExecutorPreference(globalConcurrentExecutor) { await Self.render(families, format) }
  }

  @concurrent private static func render(_ families: [MetricFamilySnapshot], _ format: ExpositionFormat) async
    -> [UInt8]
  {
    Exposition.page(families, format)
  }
}
