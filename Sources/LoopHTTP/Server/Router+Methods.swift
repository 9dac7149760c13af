internal import HTTPTypes

/// Routes for one method each, with a handler that waits or one that does not.
extension Router {
  /// Adds a route for GET, and with it HEAD. See `on`.
  public mutating func get(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    on(.get, template, options: options, handler)
  }

  /// Adds a route for GET, and with it HEAD, whose handler never waits. See `on`.
  public mutating func get(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping SynchronousHandler
  ) {
    on(.get, template, options: options, handler)
  }

  /// Adds a route for POST. See `on`.
  public mutating func post(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    on(.post, template, options: options, handler)
  }

  /// Adds a route for POST, whose handler never waits. See `on`.
  public mutating func post(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping SynchronousHandler
  ) {
    on(.post, template, options: options, handler)
  }

  /// Adds a route for PUT. See `on`.
  public mutating func put(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    on(.put, template, options: options, handler)
  }

  /// Adds a route for PUT, whose handler never waits. See `on`.
  public mutating func put(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping SynchronousHandler
  ) {
    on(.put, template, options: options, handler)
  }

  /// Adds a route for PATCH. See `on`.
  public mutating func patch(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    on(.patch, template, options: options, handler)
  }

  /// Adds a route for PATCH, whose handler never waits. See `on`.
  public mutating func patch(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping SynchronousHandler
  ) {
    on(.patch, template, options: options, handler)
  }

  /// Adds a route for DELETE. See `on`.
  public mutating func delete(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping Handler
  ) {
    on(.delete, template, options: options, handler)
  }

  /// Adds a route for DELETE, whose handler never waits. See `on`.
  public mutating func delete(
    _ template: String,
    options: RouteOptions = .init(),
    _ handler: @escaping SynchronousHandler
  ) {
    on(.delete, template, options: options, handler)
  }
}
