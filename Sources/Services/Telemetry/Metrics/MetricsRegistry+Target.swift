extension MetricsRegistry {
  /// Registers `target_info` with everything that is known of the resource.
  public func registerTargetInfo(_ resource: Resource) {
    registerTargetInfo(resource.attributes.map { ($0.key.name, $0.value.labelValue) })
  }

  /// Registers `target_info`, the resource's attributes as labels (OpenTelemetry to Prometheus, "Resource Attributes").
  ///
  /// Characters that no label name has become `_`, runs of them one: two at the start are reserved. Of names that are then the same the values are joined by `;`, in
  /// the order of the attributes' names.
  func registerTargetInfo(_ resourceAttributes: [(name: String, value: String)]) {
    var labels: [(name: String, value: String)] = []
    for (name, value) in resourceAttributes.sorted(by: { $0.name < $1.name }) {
      let label = Self.labelName(of: name)
      if let index = labels.firstIndex(where: { $0.name == label }) {
        labels[index].value += ";" + value
      } else {
        labels.append((label, value))
      }
    }
    let definition = MetricDefinition(.info, "target_info", help: "Target metadata", labels: labels.map(\.name))
    let series = MetricSeries(labels.map(\.value), .number(1))
    observe([definition]) { [[series]] }
  }

  private static func labelName(of attribute: String) -> String {
    var name: [UInt8] = []
    for byte in attribute.utf8.map({ MetricDefinition.isWord($0) ? $0 : UInt8(ascii: "_") })
    where byte != UInt8(ascii: "_") || name.last != byte {
      name.append(byte)
    }
    let text = String(decoding: name, as: UTF8.self)
    return MetricDefinition.isLabelName(text) ? text : "_" + text
  }
}

extension AttributeValue {
  /// Text as it is, everything else as JSON (OpenTelemetry to Prometheus, "Metric Attributes").
  fileprivate var labelValue: String {
    if case .string(let text) = self { return text }
    var json: [UInt8] = []
    json.append(json: self)
    return String(decoding: json, as: UTF8.self)
  }
}
