import HTTPTypes
import LoopHTTP
import Testing
import Tracing

@testable import Telemetry

/// OpenTelemetry's stable semantic conventions for HTTP spans.
struct HTTPSpanTests {
  private let ended = CollectingProcessor()

  private var tracer: OTelTracer {
    TracerProvider(
      processor: ended,
      idGenerator: IDGenerator(),
      logger: .discarding
    ).tracer(InstrumentationScope(name: "http"))
  }

  private func serverSpan(_ request: HTTPServerSpan.Request, _ outcome: HTTPServerSpan.Outcome) throws -> SpanData {
    let span = HTTPServerSpan.start(
      tracer,
      in: .topLevel,
      method: request.method,
      route: request.route,
      request: request
    )
    HTTPServerSpan.end(span, outcome)
    return try #require(ended.spans.last)
  }

  @Test(arguments: [
    ("GET", String?.some("/traces/{trace_id}"), "GET /traces/{trace_id}", "GET", String?.none),
    ("GET", nil, "GET", "GET", nil),
    ("get", "/x", "HTTP /x", "_OTHER", "get"),
    ("BREW", nil, "HTTP", "_OTHER", "BREW"),
  ])
  func `A span's name has the route and never the path`(
    method: String,
    route: String?,
    name: String,
    label: String,
    original: String?
  ) throws {
    var request = HTTPServerSpan.Request(method: method, path: "/traces/0123")
    request.route = route
    let span = try serverSpan(request, .answered(status: 200))
    #expect(span.name == name)
    #expect(span.kind == .server)
    #expect(span.attributes["http.request.method"] == .string(label))
    #expect(span.attributes["http.request.method_original"] == original.map { .string($0) })
    #expect(span.attributes["http.route"] == route.map { .string($0) })
  }

  @Test func `A request is described by the stable attributes`() throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/roll")
    request.query = "die=fair&sig=secret&X-Amz-Date=s"
    request.host = "localhost:8107"
    request.userAgent = "curl/8"
    request.peerAddress = "127.0.0.1"
    request.peerPort = 5000
    let span = try serverSpan(request, .answered(status: 200))
    let expected: [AttributeKey: AttributeValue] = [
      "http.request.method": .string("GET"), "url.path": .string("/roll"), "url.scheme": .string("http"),
      "url.query": .string("die=fair&sig=REDACTED&X-Amz-Date=REDACTED"),
      "server.address": .string("localhost"), "server.port": .int(8107), "client.address": .string("127.0.0.1"),
      "network.peer.address": .string("127.0.0.1"), "network.peer.port": .int(5000),
      "network.protocol.version": .string("1.1"), "user_agent.original": .string("curl/8"),
      "http.response.status_code": .int(200),
    ]
    let actual = Dictionary(uniqueKeysWithValues: span.attributes.elements.map { ($0.key, $0.value) })
    #expect(actual == expected)
  }

  @Test(arguments: [
    "sig=s", "Signature=s", "AWSAccessKeyId=s", "X-Goog-Signature=s", "X-Amz-Signature=s", "x-amz-security-token=s",
    "a=1&X-Amz-Credential=s&b",
  ])
  func `Each key that signs is enough to look for it`(query: String) throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    request.query = query
    let expected = query.replacing("=s", with: "=REDACTED")
    #expect(try serverSpan(request, .answered(status: 200)).attributes["url.query"] == .string(expected))
  }

  @Test func `A question mark alone is no query`() throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    request.query = ""
    #expect(try serverSpan(request, .answered(status: 200)).attributes["url.query"] == nil)
  }

  @Test func `What proxies say wins, Forwarded before the X- fields`() throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/", scheme: "https")
    request.host = "inner"
    request.forwardedHost = "middle:1"
    request.forwardedFor = "10.0.0.1, 10.0.0.2"
    request.peerAddress = "127.0.0.1"
    var span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == .string("middle"))
    #expect(span.attributes["server.port"] == .int(1))
    #expect(span.attributes["client.address"] == .string("10.0.0.1"))
    request.forwarded = #"For="[2001:db8::1]:4711";host="outer.example";proto=https, for=10.9.9.9;host=no"#
    span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == .string("outer.example"))
    #expect(span.attributes["server.port"] == .int(443))
    #expect(span.attributes["client.address"] == .string("2001:db8::1"))
    request.forwarded = #"for=";,";host="a,b;c""#
    span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == .string("a,b;c"))
    request.forwarded = "for=_hidden"
    span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["client.address"] == .string("10.0.0.1"))
  }

  @Test(
    arguments: [
      (nil, "https", "https", 443), ("proto=https;for=10.0.0.1", "http", "https", 443),
      ("PROTO=\"HTTPS\"", nil, "https", 443),
      (nil, "HTTPS, http", "https", 443), ("for=10.0.0.1", "https", "https", 443), ("proto=gopher", nil, "http", 80),
      (nil, "\n", "http", 80),
    ] as [(String?, String?, String, Int64)]
  )
  func `The scheme is the one that the client used`(forwarded: String?, old: String?, scheme: String, port: Int64)
    throws
  {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    request.scheme = HTTPSpan.scheme(forwarded: forwarded, forwardedProto: old) ?? "http"
    request.host = "dice.example"
    let span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["url.scheme"] == .string(scheme))
    #expect(span.attributes["server.port"] == .int(port))
  }

  @Test func `Proxies that say nothing change nothing`() throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    (request.host, request.peerAddress) = ("dice.example:8080", "127.0.0.1")
    (request.forwarded, request.forwardedHost, request.forwardedFor) = (#"for="";host="#, "", " , 10.0.0.1")
    let span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == .string("dice.example"))
    #expect(span.attributes["server.port"] == .int(8080))
    #expect(span.attributes["client.address"] == .string("127.0.0.1"))
  }

  @Test(arguments: [
    ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:4711", "192.0.2.7"), ("2001:db8::1", "2001:db8::1"),
    ("[2001:db8::1]", "2001:db8::1"), ("[2001:db8::1]:4711, 10.0.0.1", "2001:db8::1"),
  ])
  func `A client's address has no port`(forwardedFor: String, address: String) throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    (request.forwardedFor, request.forwardedHost) = (forwardedFor, "a.example:1, b.example:2")
    let span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["client.address"] == .string(address))
    #expect(span.attributes["server.address"] == .string("a.example"))
    #expect(span.attributes["server.port"] == .int(1))
  }

  @Test(arguments: [
    ("dice.example", "dice.example", 80), ("dice.example:8080", "dice.example", 8080), ("[::1]", "::1", 80),
    ("[::1]:8080", "::1", 8080), ("dice.example:", "dice.example", 80),
  ])
  func `A server's address and port are those that the client named`(host: String, address: String, port: Int64) throws
  {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    request.host = host
    let span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == .string(address))
    #expect(span.attributes["server.port"] == .int(port))
  }

  @Test(arguments: [
    "dice.example:65536", "dice.example:80x", "dice.example:+1", "[::1", "[::1]8080", ":8080", "", "a b", "u@a",
  ])
  func `What is no host and port is not told, and the next field counts`(text: String) throws {
    var request = HTTPServerSpan.Request(method: "GET", path: "/")
    request.host = text
    var span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == nil)
    #expect(span.attributes["server.port"] == nil)
    (request.forwarded, request.forwardedHost, request.host) = ("host=\"\(text)\"", text, "dice.example:8080")
    span = try serverSpan(request, .answered(status: 200))
    #expect(span.attributes["server.address"] == .string("dice.example"))
    #expect(span.attributes["server.port"] == .int(8080))
  }

  @Test(arguments: [
    (HTTPServerSpan.Outcome.answered(status: 200), SpanData.Status.unset, String?.none, Int64?.some(200)),
    (.answered(status: 404), .unset, nil, 404),
    (.answered(status: 500), .error(nil), "500", 500),
    (.answered(status: 503), .error(nil), "503", 503),
    (.clientGone(status: nil), .error(nil), "client_disconnected", nil),
    (.clientGone(status: 200), .error(nil), "client_disconnected", 200),
    (.aborted(status: nil), .error(nil), "server_shutdown", nil),
    (.timedOut(status: 503), .error(nil), "timeout", 503),
    (.failed(status: 500), .error(nil), "500", 500),
    (.failed(status: 200), .error(nil), "response_incomplete", 200),
  ])
  func `A server's status is an error from 500 on, and when the client left`(
    outcome: HTTPServerSpan.Outcome,
    status: SpanData.Status,
    errorType: String?,
    code: Int64?
  ) throws {
    let span = try serverSpan(HTTPServerSpan.Request(method: "GET", path: "/"), outcome)
    #expect(span.status == status)
    #expect(span.attributes["error.type"] == errorType.map { .string($0) })
    #expect(span.attributes["http.response.status_code"] == code.map { .int($0) })
  }

  @Test(arguments: [
    (HTTPClientSpan.Outcome.answered(status: 200), SpanData.Status.unset, String?.none),
    (.answered(status: 404), .error(nil), "404"),
    (.failed(.timeout), .error(nil), "timeout"),
    (.failed(.connectionRefused), .error(nil), "connection_refused"),
    (.cancelled, .unset, nil),
  ])
  func `A client's status is an error from 400 on, and without an answer`(
    outcome: HTTPClientSpan.Outcome,
    status: SpanData.Status,
    errorType: String?
  ) throws {
    var fields: [HTTPField] = []
    let span = HTTPClientSpan.start(
      tracer,
      in: .topLevel,
      method: "GET",
      url: try ClientURL("http://h/"),
      headerFields: &fields
    )
    HTTPClientSpan.end(span, outcome)
    let data = try #require(ended.spans.last)
    #expect(data.name == "GET")
    #expect(data.kind == .client)
    #expect(data.status == status)
    #expect(data.attributes["error.type"] == errorType.map { .string($0) })
  }

  @Test func `A client's headers name its own span, and its URL keeps no secret`() throws {
    var fields = [HTTPField(name: .traceParent, value: "old"), HTTPField(name: .accept, value: "*/*")]
    let span = HTTPClientSpan.start(
      tracer,
      in: .topLevel,
      method: "GET",
      url: try ClientURL("HTTP://h:8106/dice?identifier=fair&Signature=x#top"),
      resendCount: 1,
      headerFields: &fields
    )
    HTTPClientSpan.end(span, .answered(status: 200), peerAddress: "127.0.0.1", peerPort: 8106)
    let data = try #require(ended.spans.last)
    #expect(fields.map(\.name) == [.accept, .traceParent])
    #expect(fields.last?.value == span.spanContext.traceParent.headerValue)
    #expect(data.attributes["url.full"] == .string("http://h:8106/dice?identifier=fair&Signature=REDACTED"))
    #expect(data.attributes["server.address"] == .string("h"))
    #expect(data.attributes["server.port"] == .int(8106))
    #expect(data.attributes["http.request.resend_count"] == .int(1))
    #expect(data.attributes["network.peer.port"] == .int(8106))
  }

  @Test func `An answer names the span in both headers and keeps the application's own timing`() {
    let context = SpanContext(traceID: TraceID(high: 1, low: 2), spanID: SpanID(rawValue: 3), traceFlags: .sampled)
    var response = Response()
    response.append(.serverTiming, "db;dur=1")
    response.appendTrace(of: context)
    let fields = response.headerFields
    let value = "00-00000000000000010000000000000002-0000000000000003-01"
    #expect(fields[.traceResponse] == value)
    #expect(fields[values: .serverTiming] == ["db;dur=1", "trace;desc=\(value)"])
  }
}
