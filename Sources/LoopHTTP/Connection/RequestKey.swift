/// Names a value that goes with a request from a middleware to those inside of it, such as the user whom it comes from.
///
///     enum UserKey: RequestKey { typealias Value = User }
///     var request = request
///     request[UserKey.self] = user
///     return try await next(request)
///
/// A task-local value that is bound around `next` is no longer there when a streamed body is written; this is.
public protocol RequestKey {
  /// What the key stands for.
  associatedtype Value: Sendable
}
