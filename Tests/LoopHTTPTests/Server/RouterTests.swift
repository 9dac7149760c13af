import HTTPTypes
import Testing

@testable import LoopHTTP

@Suite struct RouterTests {
  /// The template that a target leads to; nil where the router answers for itself.
  private func template(_ target: String, method: String = "GET", _ routes: (inout Router) -> Void) throws -> String? {
    try match(target, method: method, routes).endpoint.template
  }

  private func match(
    _ target: String,
    method: String = "GET",
    _ routes: (inout Router) -> Void
  ) throws -> (endpoint: Endpoint, parameters: RouteParameters) {
    var router = Router()
    routes(&router)
    var parser = MessageParser(role: .request, limits: WireLimits())
    var head = MessageHead()
    let bytes = Array("\(method) \(target) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
    let step = try parser.next(bytes.span, head: &head)
    #expect(step.event == .head)
    let table = RouteTable(router)
    let (endpoint, parameters) = table.match(
      head.bytes.span,
      path: head.path.bounds,
      method: head.method.bounds,
      head.methodID
    )
    return (table.endpoints[endpoint], parameters)
  }

  private static func routes(_ router: inout Router) {
    for template in ["/", "/dice", "/traces/{id}", "/traces/newest", "/a/{b}/c/{d}"] {
      router.get(template) { _ in Response() }
    }
  }

  @Test(arguments: [
    ("/", "/"), ("/dice", "/dice"), ("/dice?x=/traces", "/dice"), ("/traces/1", "/traces/{id}"),
    ("/traces/newest", "/traces/newest"), ("/d%69ce", "/dice"), ("/a/1/c/2", "/a/{b}/c/{d}"),
    ("http://h/dice", "/dice"),
  ])
  func aTargetLeadsToItsTemplate(target: String, expected: String) throws {
    #expect(try template(target, Self.routes) == expected)
  }

  @Test(arguments: ["/nope", "/dice/x", "/traces/", "/traces", "//", "/dice//", "/a//c/2", "/DICE", "/dic%65%2f"])
  func otherTargetsLeadNowhere(target: String) throws {
    #expect(try template(target, Self.routes) == nil)
  }

  @Test func parametersAreDecodedAndNeverEmpty() throws {
    let parameters = try match("/a/%2F%20x/c/2+3", Self.routes).parameters
    #expect(parameters["b"] == "/ x" && parameters["d"] == "2+3" && parameters["e"] == nil)
  }

  /// A literal that leads nowhere hides no parameter, at any depth and with any number of them on the way.
  @Test(arguments: [
    ("/users/me/settings", "/users/me/settings", ["id": nil, "tab": nil]),
    ("/users/me/posts", "/users/{id}/posts", ["id": "me", "tab": nil]),
    ("/users/me/settings/x", "/users/{id}/settings/{tab}", ["id": "me", "tab": "x"]),
    ("/users/me/settings/deep/er", "/users/{id}/{tab}/deep/er", ["id": "me", "tab": "settings"]),
    ("/users/me", nil, [:]), ("/users/me/nope", nil, [:]), ("/users/me/settings/deep/nope", nil, [:]),
  ])
  func aLiteralThatLeadsNowhereGivesWayToAParameter(
    target: String,
    expected: String?,
    values: [String: String?]
  ) throws {
    let found = try match(target) { router in
      for template in [
        "/users/me/settings", "/users/me/settings/deep/x", "/users/{id}/posts", "/users/{id}/settings/{tab}",
        "/users/{id}/{tab}/deep/er",
      ] {
        router.get(template) { _ in Response() }
      }
    }
    #expect(found.endpoint.template == expected)
    for (name, value) in values { #expect(found.parameters[name] == value) }
  }

  @Test(arguments: [
    ("/files/", "/files/{path...}", ""), ("/files/a", "/files/{path...}", "a"),
    ("/files/a/b%20c/", "/files/{path...}", "a/b c/"), ("/files/new", "/files/new", nil),
    ("/files/new/x", "/files/{path...}", "new/x"), ("/files/a/size", "/files/{id}/size", nil),
    ("/files/a/sizes", "/files/{path...}", "a/sizes"), ("/file", nil, nil), ("/files", nil, nil),
  ])
  func aRestTakesWhateverNoOtherRouteDoes(target: String, expected: String?, rest: String?) throws {
    let found = try match(target) { router in
      for template in ["/files/{path...}", "/files/new", "/files/{id}/size"] {
        router.get(template) { _ in Response() }
      }
    }
    #expect(found.endpoint.template == expected)
    #expect(found.parameters["path"] == rest)
  }

  @Test func aRestIsTheLastSegment() async {
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/a/{x...}/b") { _ in Response() }
    }
  }

  @Test func aParameterIsAWholeSegmentWithANameOfItsOwn() async {
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/a/{x") { _ in Response() }
    }
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/a/b{x}") { _ in Response() }
    }
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/{x}/{x...}") { _ in Response() }
    }
  }

  @Test func eachMethodHasItsShorthand() throws {
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
      let endpoint = try match("/x", method: method) { router in
        router.get("/x", options: RouteOptions(bodyLimit: 1)) { _ in Response("GET") }
        router.post("/x", options: RouteOptions(bodyLimit: 1)) { _ in Response("POST") }
        router.put("/x", options: RouteOptions(bodyLimit: 1)) { _ in Response("PUT") }
        router.patch("/x", options: RouteOptions(bodyLimit: 1)) { _ in Response("PATCH") }
        router.delete("/x", options: RouteOptions(bodyLimit: 1)) { _ in Response("DELETE") }
      }.endpoint
      #expect(endpoint.options.bodyLimit == 1)
    }
  }

  @Test func aSegmentHasOneName() async {
    await #expect(processExitsWith: .success) {
      var router = Router()
      router.get("/a/{x}") { _ in Response() }
      router.get("/a/{x}/b") { _ in Response() }
    }
    await #expect(processExitsWith: .failure) {
      var router = Router()
      router.get("/a/{x}") { _ in Response() }
      router.get("/a/{y}/b") { _ in Response() }
    }
  }

  @Test func aSecondRouteReplacesTheFirstAndOtherMethodsStandBesideIt() throws {
    let endpoint = try match("/x", method: "PUT") { router in
      router.get("/x", options: RouteOptions(bodyLimit: 1)) { _ in Response() }
      router.on(.put, "/x", options: RouteOptions(bodyLimit: 2)) { _ in Response() }
      router.on(.put, "/x", options: RouteOptions(bodyLimit: 3)) { _ in Response() }
    }.endpoint
    #expect(endpoint.options.bodyLimit == 3)
  }

  /// What was tried on the way leaves nothing.
  @Test(arguments: [
    ("/a/z/c", "/{y}/z/c", ["y": "a", "x": ""]), ("/b/z/d", "/{rest...}", ["rest": "b/z/d", "x": "", "y": ""]),
  ])
  func parametersAreThoseOfTheRouteThatWasFound(target: String, template: String, values: [String: String]) throws {
    let (endpoint, parameters) = try match(target) { router in
      for template in ["/a/{x}/b", "/{y}/z/c", "/{rest...}"] { router.get(template) { _ in Response() } }
    }
    #expect(endpoint.template == template)
    for (name, value) in values { #expect(parameters[name] ?? "" == value) }
  }

  @Test(arguments: [("BREW", 1), ("WHEN", 2), ("STEW", nil)])
  func methodsOfNoStandardAreToldApart(method: String, bodyLimit: Int?) throws {
    let (brew, when) = (try #require(HTTPRequest.Method("BREW")), try #require(HTTPRequest.Method("WHEN")))
    let endpoint = try match("/tea", method: method) { router in
      router.on(brew, "/tea", options: RouteOptions(bodyLimit: 1)) { _ in Response() }
      router.on(when, "/tea", options: RouteOptions(bodyLimit: 2)) { _ in Response() }
    }.endpoint
    #expect(endpoint.options.bodyLimit == bodyLimit)
  }

  @Test func methodsAreCaseSensitive() throws {
    let endpoint = try match("/dice", method: "get") { router in
      router.get("/dice", options: RouteOptions(bodyLimit: 1)) { _ in Response() }
    }.endpoint
    // Its 405 and not its GET.
    #expect(endpoint.template == "/dice" && endpoint.options.bodyLimit == nil)
  }
}
