// swift-tools-version: 6.2
import PackageDescription

// Apart from the library's own package, so that nobody who uses LoopHTTP ever fetches or builds the peers.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

// How LoopHTTP's handlers are isolated; the peers' are not.
let loopSettings = settings + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "LoopHTTP", path: "../.."),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    .target(name: "Payload", swiftSettings: settings),
    .executableTarget(
      name: "loophttp-peer",
      dependencies: ["Payload", .product(name: "LoopHTTP", package: "LoopHTTP")],
      path: "Sources/LoopHTTPPeer",
      swiftSettings: loopSettings
    ),
    .executableTarget(
      name: "nio-peer",
      dependencies: [
        "Payload",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Sources/NIOPeer",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "hummingbird-peer",
      dependencies: ["Payload", .product(name: "Hummingbird", package: "hummingbird")],
      path: "Sources/HummingbirdPeer",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "flyingfox-peer",
      dependencies: ["Payload", .product(name: "FlyingFox", package: "FlyingFox")],
      path: "Sources/FlyingFoxPeer",
      swiftSettings: settings
    ),
  ]
)
