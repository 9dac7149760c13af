internal import HTTPTypes

/// What one path segment after the other leads to, while routes are added.
struct RouteNode: Sendable {
  var literals: [(segment: [UInt8], node: Int)] = []
  var parameter: (name: String, node: Int)?
  var rest: (name: String, node: Int)?
  var endpoints: [(method: HTTPRequest.Method, known: KnownMethod, endpoint: Endpoint)] = []
  var methodNotAllowed: Endpoint?
}
