import Testing

@testable import Telemetry

@Suite struct TargetInfoTests {
  @Test func attributesBecomeLabels() async {
    let registry = MetricsRegistry(group: nil)
    registry.registerTargetInfo([
      ("service.name", "frontend"), ("service-name", "other"), ("telemetry.sdk.language", "swift"), ("9x", "\"q\""),
      ("__reserved", "r"), ("a:é b", "c"), ("", "e"),
    ])
    let page = await MetricsPage(registry, accept: ["application/openmetrics-text"])
    #expect(page.contentType == "application/openmetrics-text; version=1.0.0; charset=utf-8")
    #expect(
      String(decoding: page.bytes, as: UTF8.self) == """
        # HELP target Target metadata
        # TYPE target info
        target_info{_="e",_9x="\\"q\\"",_reserved="r",a_b="c",service_name="other;frontend",telemetry_sdk_language="swift"} 1.0
        # EOF

        """
    )
  }

  @Test func theResourceIsTheTarget() async {
    let registry = MetricsRegistry(group: nil)
    var configuration = TelemetryConfiguration()
    configuration.resourceAttributes = [
      Attribute("numbers", .intArray([1, 2])), Attribute("text", "1"), Attribute("flag", true),
    ]
    let process = ProcessDescription(executableName: "dice", processID: 7, hostName: "h", containerID: "c")
    registry.registerTargetInfo(
      Resource(
        configuration: configuration,
        defaultServiceName: "frontend",
        serviceVersion: "2",
        process: process
      )
    )
    let page = String(decoding: await MetricsPage(registry, accept: []).bytes, as: UTF8.self)
    for label in [
      #"service_name="frontend""#, #"service_version="2""#, #"telemetry_sdk_language="swift""#, #"numbers="[1,2]""#,
      #"text="1""#, #"flag="true""#,
    ] {
      #expect(page.contains(label))
    }
  }
}
