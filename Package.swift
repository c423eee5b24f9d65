// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target of ours: Swift 6 mode, explicit existentials and imports, warnings are errors.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let grpc = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let http2 = Target.Dependency.product(
  name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

func module(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Modules/\(name)", swiftSettings: settings)
}

func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Modules/\(name)", swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
    swiftSettings: settings)
}

let support = Target.Dependency.target(name: "TestSupport")

let package = Package(
  name: "liaison",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "liaison", targets: ["liaison"]),
    .executable(name: "liaisond", targets: ["liaisond"]),
  ],
  dependencies: [
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    module("LiaisonModel", []),
    module("LiaisonSync", ["LiaisonModel"]),
    .target(
      name: "CLiaisonProto", path: "Modules/CLiaisonProto",
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    module("LiaisonWire", ["LiaisonSync", "LiaisonModel", "CLiaisonProto", grpc, crypto]),
    module(
      "LiaisonSQLite",
      ["LiaisonSync", "LiaisonModel", .product(name: "GRDB", package: "GRDB.swift")]),
    module("LiaisonServer", ["LiaisonWire", "LiaisonSync", "LiaisonModel", grpc, http2, log]),
    module("LiaisonReplica", ["LiaisonWire", "LiaisonSync", "LiaisonModel", grpc, http2]),
    .target(name: "CTerminal", path: "Modules/CTerminal"),
    module("LiaisonCommand", ["LiaisonSync", "LiaisonModel", "CTerminal", arguments]),
    command(
      "liaison",
      [
        "LiaisonCommand", "LiaisonReplica", "LiaisonSQLite", "LiaisonWire", "LiaisonSync",
        "LiaisonModel", arguments,
      ]),
    command(
      "liaisond",
      [
        "LiaisonCommand", "LiaisonServer", "LiaisonSQLite", "LiaisonWire", "LiaisonSync",
        "LiaisonModel", arguments, lifecycle, signals, log,
      ]),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("LiaisonModelTests", ["LiaisonModel", support]),
    tests("LiaisonSyncTests", ["LiaisonSync", "LiaisonWire", "LiaisonModel", support]),
    tests("LiaisonWireTests", ["LiaisonWire", "LiaisonSync", "LiaisonModel", grpc, support]),
    tests(
      "LiaisonStoreTests",
      [
        "LiaisonSQLite", "LiaisonWire", "LiaisonSync", "LiaisonModel", support,
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "LiaisonRoundTests",
      [
        "LiaisonServer", "LiaisonReplica", "LiaisonSQLite", "LiaisonWire", "LiaisonSync",
        "LiaisonModel", log, support, .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "LiaisonCommandTests",
      [
        "liaison", "liaisond", "LiaisonReplica", "LiaisonSQLite", "LiaisonWire", "LiaisonSync",
        "LiaisonModel", support,
      ], exclude: ["Scenarios"]),
  ]
)
