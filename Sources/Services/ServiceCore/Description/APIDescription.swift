import HTTPTypes

/// The OpenAPI 3.1 document of a service's routes.
enum APIDescription {
  static func document(title: String, version: String, routes: [ServiceRoute]) -> JSONValue {
    [
      "openapi": "3.1.0",
      "info": ["title": .string(title), "version": .string(version)],
      "paths": paths(of: routes),
      "components": ["schemas": ["Detail": detail, "Faults": faults]],
    ]
  }

  /// Each path once, with all its methods, in the order of the routes.
  private static func paths(of routes: [ServiceRoute]) -> JSONValue {
    var order: [String] = []
    var operations: [String: [JSONValue.Member]] = [:]
    for route in routes {
      if operations[route.path] == nil { order.append(route.path) }
      let name = route.method.rawValue.lowercased()
      operations[route.path, default: []].append(JSONValue.Member(name: name, value: operation(route.operation)))
    }
    return .object(order.map { JSONValue.Member(name: $0, value: .object(operations[$0] ?? [])) })
  }

  private static func operation(_ operation: APIOperation) -> JSONValue {
    var members = [JSONValue.Member(name: "summary", value: .string(operation.summary))]
    if !operation.parameters.isEmpty {
      members.append(JSONValue.Member(name: "parameters", value: .array(operation.parameters.map(parameter))))
    }
    if !operation.bodyMediaTypes.isEmpty {
      let content = operation.bodyMediaTypes.map { JSONValue.Member(name: $0, value: ["schema": [:]]) }
      members.append(JSONValue.Member(name: "requestBody", value: ["required": true, "content": .object(content)]))
    }
    let answers = operation.answers.map { JSONValue.Member(name: String($0.status), value: answer($0)) }
    members.append(JSONValue.Member(name: "responses", value: .object(answers)))
    return .object(members)
  }

  private static func parameter(_ parameter: APIOperation.Parameter) -> JSONValue {
    [
      "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
      "required": .bool(parameter.isRequired), "schema": parameter.schema,
    ]
  }

  private static func answer(_ answer: APIOperation.Answer) -> JSONValue {
    var members = [JSONValue.Member(name: "description", value: .string(answer.meaning))]
    if let mediaType = answer.mediaType {
      let content: JSONValue = .object([JSONValue.Member(name: mediaType, value: ["schema": answer.schema])])
      members.append(JSONValue.Member(name: "content", value: content))
    }
    return .object(members)
  }

  private static let detail: JSONValue = [
    "type": "object",
    "required": ["detail"],
    "properties": ["detail": ["type": "string"], "trace_id": ["type": "string", "pattern": "^[0-9a-f]{32}$"]],
  ]

  private static let faults: JSONValue = [
    "type": "object",
    "required": ["detail"],
    "properties": [
      "detail": [
        "type": "array",
        "minItems": 1,
        "items": [
          "type": "object",
          "required": ["type", "loc", "msg", "input"],
          "properties": [
            "type": ["type": "string"],
            "loc": ["type": "array", "items": ["type": "string"]],
            "msg": ["type": "string"],
            "input": ["type": ["string", "null"]],
            "ctx": ["type": "object"],
          ],
        ],
      ]
    ],
  ]
}
