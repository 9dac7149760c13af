/// Every metric of the services: names, labels and help texts are what dashboards and queries rely on.
extension MetricDefinition {
  // MARK: HTTP, every service

  /// Requests, by route template (or `none`), method, and status class (`2xx`).
  public static let httpRequests = MetricDefinition(
    .counter,
    "http_requests_total",
    help: "Total number of requests by method, status and handler.",
    labels: ["handler", "method", "status"],
    overflow: ["none", "_OTHER", "other"]
  )
  /// Time from the request's head to the last byte of its answer.
  public static let httpRequestDuration = MetricDefinition(
    .histogram(bounds: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 5, 7.5, 10]),
    "http_request_duration_seconds",
    help: "Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ",
    labels: ["handler", "method"],
    overflow: ["none", "_OTHER"]
  )
  /// Content-Length of requests.
  public static let httpRequestSize = MetricDefinition(
    .summary,
    "http_request_size_bytes",
    help: "Content length of incoming requests by handler. Only value of header is respected. Otherwise ignored. "
      + "No percentile calculated. ",
    labels: ["handler"],
    overflow: ["none"]
  )
  /// Content-Length of answers.
  public static let httpResponseSize = MetricDefinition(
    .summary,
    "http_response_size_bytes",
    help: "Content length of outgoing responses by handler. Only value of header is respected. Otherwise ignored. "
      + "No percentile calculated. ",
    labels: ["handler"],
    overflow: ["none"]
  )
  /// The bounds that OpenTelemetry's semantic conventions advise for `http.server.request.duration`.
  public static let semanticConventionBounds = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
  ]
  /// OpenTelemetry's `http.server.request.duration`; absent labels are empty.
  public static let httpServerRequestDuration = MetricDefinition(
    .histogram(bounds: semanticConventionBounds),
    "http_server_request_duration_seconds",
    help: "Duration of HTTP server requests.",
    labels: [
      "http_request_method", "http_route", "http_response_status_code", "url_scheme", "network_protocol_version",
      "error_type",
    ],
    overflow: ["_OTHER", "", "", "http", "", "_OTHER"]
  )
  /// OpenTelemetry's `http.client.request.duration`; absent labels are empty.
  public static let httpClientRequestDuration = MetricDefinition(
    .histogram(bounds: semanticConventionBounds),
    "http_client_request_duration_seconds",
    help: "Duration of HTTP client requests.",
    labels: [
      "http_request_method", "http_response_status_code", "url_scheme", "network_protocol_version", "error_type",
      "server_address", "server_port",
    ],
    overflow: ["_OTHER", "", "http", "", "_OTHER", "other", ""]
  )

  // MARK: die-service

  /// Requests for one die that is known.
  public static let dieSpecificationsRequested = MetricDefinition(
    .counter,
    "die_specifications_requested_total",
    help: "Total number of die specification requests",
    labels: ["identifier"]
  )
  /// Requests for all dice.
  public static let dieListRequests = MetricDefinition(
    .counter,
    "die_list_requests_total",
    help: "Total number of die list requests"
  )
  /// How many dice there are.
  public static let dieSpecificationsLoaded = MetricDefinition(
    .gauge,
    "die_specifications_loaded",
    help: "Number of die specifications loaded in memory"
  )

  // MARK: dice-roller

  /// Single rolls; `result` is `success` or `error`.
  public static let diceRolls = MetricDefinition(
    .counter,
    "dice_rolls_total",
    help: "Total number of dice rolls",
    labels: ["die_type", "result"]
  )
  /// What was rolled.
  public static let diceRollValue = MetricDefinition(
    .histogram(bounds: [1, 2, 3, 4, 5, 6, 7, 8]),
    "dice_roll_value",
    help: "Distribution of roll values",
    labels: ["die_type"]
  )
  /// Calls of die-service; `status` is `success`, `error_<code>`, `timeout`, `connection_error` or `error`.
  public static let dieServiceRequests = MetricDefinition(
    .counter,
    "die_service_requests_total",
    help: "Total requests to die service",
    labels: ["identifier", "status"]
  )
  /// How long they took, whatever their outcome.
  public static let dieServiceRequestDuration = MetricDefinition(
    .histogram(bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]),
    "die_service_request_duration_seconds",
    help: "Die service request duration in seconds"
  )
  /// Rolls of batches; `result` is `success`, `error` or `cancelled`.
  public static let asyncRolls = MetricDefinition(
    .counter,
    "async_rolls_total",
    help: "Total number of async dice rolls",
    labels: ["die_type", "result"]
  )
  /// How many rolls were asked for at once.
  public static let asyncRollBatchSize = MetricDefinition(
    .histogram(bounds: [1, 2, 3, 5, 10, 15, 20]),
    "async_roll_batch_size",
    help: "Distribution of async roll batch sizes"
  )
  /// How long batches took.
  public static let asyncRollDuration = MetricDefinition(
    .histogram(bounds: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5]),
    "async_roll_duration_seconds",
    help: "Time to complete async roll batches"
  )
  /// Rolls of batches that have begun and not ended.
  public static let asyncRollsInProgress = MetricDefinition(
    .gauge,
    "async_rolls_in_progress",
    help: "Number of async roll operations currently in progress"
  )
  /// Only there where incidents are asked for.
  public static let diceIncidentActive = MetricDefinition(
    .gauge,
    "dice_incident_active",
    help: "Whether an incident is under way: 1 if so, else 0"
  )

  // MARK: frontend

  /// Roll requests; `status` is `received`, `success`, `error`, `timeout` or `connection_error`.
  public static let frontendRequests = MetricDefinition(
    .counter,
    "frontend_requests_total",
    help: "Total number of frontend requests",
    labels: ["die_type", "status"]
  )
  /// Answers of dice-roller.
  public static let backendRequests = MetricDefinition(
    .counter,
    "backend_requests_total",
    help: "Total number of backend requests from frontend",
    labels: ["die_type", "status_code"]
  )
  /// How long dice-roller took.
  public static let backendRequestDuration = MetricDefinition(
    .histogram(bounds: [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5]),
    "backend_request_duration_seconds",
    help: "Backend request duration in seconds",
    labels: ["die_type"]
  )
  /// Batch requests by their size.
  public static let asyncRollRequests = MetricDefinition(
    .counter,
    "async_roll_requests_total",
    help: "Total number of async roll requests from frontend",
    labels: ["batch_size"]
  )

  // MARK: trace-store

  /// Traces that are there.
  public static let traceStoreTraces = MetricDefinition(.gauge, "trace_store_traces", help: "Traces kept in memory")
  /// What they take.
  public static let traceStoreBytes = MetricDefinition(
    .gauge,
    "trace_store_bytes",
    help: "Bytes that the traces kept in memory take"
  )
  /// What they may take; the oldest go when they would take more.
  public static let traceStoreLimitBytes = MetricDefinition(
    .gauge,
    "trace_store_limit_bytes",
    help: "Bytes that the traces kept in memory may take"
  )
}
