import LoopHTTP

/// What `/metrics` answers.
public struct MetricsPage: Sendable {
  /// The Content-Type of the answer.
  public let contentType: String
  /// The Content-Encoding of the answer.
  public let contentCoding: ContentCoding
  /// The page, coded.
  public let bytes: [UInt8]

  /// Collects the registry's values and writes them in the format and the coding that the client prefers.
  ///
  /// The loops are visited for a moment each; the page is put together outside of them, so that a long one does not
  /// keep a request waiting.
  ///
  /// - Parameters:
  ///   - accept: the values of the request's Accept fields.
  ///   - acceptEncoding: the values of the request's Accept-Encoding fields.
  public init(_ registry: MetricsRegistry, accept: [String], acceptEncoding: [String] = []) async {
    let format = ExpositionFormat.preferred(accept: accept)
    let coding = ContentCoding.preferred(acceptEncoding: acceptEncoding)
    let families = await registry.snapshot()
    contentType = format.contentType
    contentCoding = coding
    bytes = await withTaskExecutorPreference(globalConcurrentExecutor) { await Self.render(families, format, coding) }
  }

  @concurrent private static func render(
    _ families: [MetricFamilySnapshot],
    _ format: ExpositionFormat,
    _ coding: ContentCoding
  ) async -> [UInt8] {
    let page = Exposition.page(families, format)
    return coding == .gzip ? Gzip.compress(page) : page
  }
}
