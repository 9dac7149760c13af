// swift-tools-version: 6.2
import PackageDescription

// Apart from the main package, so that its users never build it. `Tests/Fuzz/run` does.
let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "LoopHTTP", path: "../..")],
  targets: [
    .executableTarget(
      name: "FuzzWire",
      dependencies: [.product(name: "LoopHTTP", package: "LoopHTTP")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
    )
  ]
)
