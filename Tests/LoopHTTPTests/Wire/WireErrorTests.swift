import Testing

@testable import LoopHTTP

/// What a server answers to each fault, RFC 9110 §15.5 and §15.6, RFC 6585 §5.
@Suite struct WireErrorTests {
  private static let others: [WireError: Int] = [
    .targetTooLong: 414, .headTooLarge: 431, .tooManyFields: 431, .trailersTooLarge: 431, .bodyTooLarge: 413,
    .unsupportedExpectation: 417, .methodTooLong: 501, .unsupportedTransferEncoding: 501, .unsupportedVersion: 505,
    .outgoingMethod: 500, .outgoingTarget: 500, .outgoingStatus: 500, .outgoingFieldName: 500, .outgoingFieldValue: 500,
  ]

  @Test(arguments: WireError.allCases) func malformedIs400AndTheRestIsItsOwn(error: WireError) {
    #expect(error.status == Self.others[error] ?? 400)
  }
}
