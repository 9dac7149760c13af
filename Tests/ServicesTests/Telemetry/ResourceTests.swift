import Testing

@testable import Telemetry

struct ResourceTests {
  private let process = ProcessDescription(executableName: "dice", processID: 7, hostName: "h", containerID: "c")

  private func resource(_ variables: [String: String], defaultServiceName: String?) -> Resource {
    Resource(
      configuration: TelemetryConfiguration(environment: variables),
      defaultServiceName: defaultServiceName,
      serviceVersion: "3.0.0",
      process: process
    )
  }

  @Test func `The service's name comes from the environment, then the service, then the process`() {
    #expect(resource(["OTEL_SERVICE_NAME": "a"], defaultServiceName: "b").serviceName == "a")
    #expect(resource([:], defaultServiceName: "b").serviceName == "b")
    #expect(resource([:], defaultServiceName: nil).serviceName == "unknown_service:dice")
  }

  @Test func `Every name occurs once, and the environment wins over what was detected`() {
    let variables = ["OTEL_RESOURCE_ATTRIBUTES": "host.name=mine,telemetry.sdk.name=fake,service.version=9,k=v"]
    let attributes = resource(variables, defaultServiceName: "b").attributes
    let names = attributes.map(\.key.name)
    #expect(Set(names).count == names.count)
    for expected in [
      Attribute("service.name", "b"), Attribute("telemetry.sdk.language", "swift"), Attribute("host.name", "mine"),
      Attribute("telemetry.sdk.name", "loophttp"), Attribute("service.version", "9"), Attribute("k", "v"),
      Attribute("process.pid", 7), Attribute("container.id", "c"),
    ] {
      #expect(attributes.contains(expected))
    }
  }

  @Test func `Two resources are two instances`() {
    let ids = (0..<2).map { _ in
      resource([:], defaultServiceName: nil).attributes.first { $0.key == .serviceInstanceID }
    }
    #expect(ids[0] != ids[1])
  }

  @Test func `A container's id is found in what the kernel tells`() {
    let id = String(repeating: "0123456789abcdef", count: 4)
    #expect(ContainerID.find(inControlGroups: "12:cpu:/docker/\(id)\n") == id)
    #expect(ContainerID.find(inControlGroups: "1:name=systemd:/kubepods/pod1/cri-containerd-\(id).scope") == id)
    #expect(ContainerID.find(inControlGroups: "0::/user.slice/session-1.scope\n") == nil)
    let mount = "473 456 254:1 /var/lib/docker/containers/\(id)/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw"
    #expect(ContainerID.find(inMounts: "1 2 3 / / rw\n\(mount)\n") == id)
    #expect(ContainerID.find(inMounts: "1 2 3 /\(id) /home rw") == nil)
  }

  @Test func `This process can be described`() {
    let process = ProcessDescription.current()
    #expect(process.processID > 1)
    #expect(process.hostName?.isEmpty == false)
  }
}
