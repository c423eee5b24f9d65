// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every Swift target of ours: Swift 6 mode, explicit existentials and imports, warnings are errors.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let grpc = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let http2 = Target.Dependency.product(
  name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let http = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let configuration = Target.Dependency.product(
  name: "Configuration", package: "swift-configuration")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let posix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let embedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let sockets = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let ssl = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let tls = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let reloading = Target.Dependency.product(
  name: "NIOCertificateReloading", package: "swift-nio-extras")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

/// A group of modules: Core below all, Commands above all, and the pillars between them.
enum Group: String {
  case core = "Core"
  case wire = "Wire"
  case stores = "Stores"
  case trust = "Trust"
  case server = "Server"
  case office = "Office"
  case commands = "Commands"
}

func module(_ group: Group, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Modules/\(group.rawValue)/\(name)",
    swiftSettings: settings)
}

func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Modules/\(Group.commands.rawValue)/\(name)",
    swiftSettings: settings,
    linkerSettings: [standingAlone])
}

/// A release has Swift's libraries in it: loading them is half of what a short command takes.
let standingAlone = LinkerSetting.unsafeFlags(
  ["-static-stdlib", "-Xlinker", "--start-group"]
    + [
      "Foundation", "FoundationInternationalization", "FoundationEssentials", "CoreFoundation",
      "_FoundationICU", "_FoundationCShims", "_FoundationCollections",
    ].map { "-l\($0)" } + ["-Xlinker", "--end-group"],
  .when(platforms: [.linux], configuration: .release))

func tests(_ path: String, _ dependencies: [Target.Dependency]) -> Target {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  return .testTarget(
    name: name, dependencies: dependencies + [.target(name: "TestSupport")],
    path: "Tests/\(path)", swiftSettings: settings)
}

let core: [Target.Dependency] = ["LiaisonSync", "LiaisonModel"]

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
    .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
    .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
    .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.96.0"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    module(.core, "LiaisonModel", []),
    module(.core, "LiaisonSync", ["LiaisonModel"]),
    .target(
      name: "CLiaisonProto", path: "Modules/Wire/CLiaisonProto",
      linkerSettings: [.linkedLibrary("protobuf-c")]),
    module(.wire, "LiaisonWire", core + ["CLiaisonProto", crypto]),
    module(
      .wire, "LiaisonGRPC",
      core + ["LiaisonWire", grpc, http2, log, nio, posix, ssl, tls, reloading, x509, asn1]),
    module(.wire, "LiaisonExchange", core),
    module(.stores, "LiaisonFolder", core),
    module(.stores, "LiaisonSQLite", core + ["LiaisonFolder", grdb, sqlite]),
    .systemLibrary(
      name: "CLibPQ", path: "Modules/Stores/CLibPQ", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"])]),
    module(.stores, "LiaisonPostgres", core + ["CLibPQ"]),
    module(.trust, "LiaisonIdentity", core + [crypto, x509, asn1]),
    module(.server, "LiaisonServer", core),
    module(
      .server, "LiaisonOperation",
      core + ["LiaisonServer", http, httpTypes, lifecycle, log, metrics, nio, sockets]),
    module(.office, "LiaisonReplica", core),
    .target(name: "CTerminal", path: "Modules/Commands/CTerminal"),
    module(.commands, "LiaisonTerminal", core + ["CTerminal", arguments]),
    command(
      "liaison",
      core + [
        "LiaisonTerminal", "LiaisonReplica", "LiaisonSQLite", "LiaisonFolder", "LiaisonGRPC",
        "LiaisonExchange", "LiaisonIdentity", "LiaisonWire", arguments,
      ]),
    command(
      "liaisond",
      core + [
        "LiaisonTerminal", "LiaisonServer", "LiaisonOperation", "LiaisonSQLite", "LiaisonPostgres",
        "LiaisonFolder", "LiaisonGRPC", "LiaisonExchange", "LiaisonIdentity", "LiaisonWire",
        arguments, configuration, lifecycle, signals, log,
      ]),
    .target(
      name: "TestSupport", dependencies: core, path: "Tests/Support", swiftSettings: settings),
    .target(
      name: "FuzzedDecoders",
      dependencies: core + ["LiaisonExchange", "LiaisonIdentity", "LiaisonWire"],
      path: "Tests/Fuzz/FuzzedDecoders", swiftSettings: settings),
    tests("Fuzz/FuzzTests", ["FuzzedDecoders"]),
    tests("Core/LiaisonModelTests", ["LiaisonModel"]),
    tests("Core/LiaisonSyncTests", core),
    tests("Wire/LiaisonWireTests", core + ["LiaisonWire"]),
    tests(
      "Wire/LiaisonGRPCTests", core + ["LiaisonGRPC", "LiaisonWire", grpc, log, nio, tls, embedded]),
    tests("Wire/LiaisonExchangeTests", core + ["LiaisonExchange"]),
    tests("Trust/LiaisonIdentityTests", core + ["LiaisonIdentity"]),
    tests("Server/LiaisonServerTests", core + ["LiaisonServer"]),
    tests("Server/LiaisonOperationTests", core + ["LiaisonOperation", log, metrics]),
    tests(
      "Stores/LiaisonSQLiteTests",
      core + ["LiaisonSQLite", "LiaisonFolder", "LiaisonWire", grdb]),
    tests(
      "Stores/StoreContract",
      core + ["LiaisonSQLite", "LiaisonPostgres", "LiaisonServer", "LiaisonFolder", "LiaisonWire"]),
    tests("Stores/LiaisonPostgresTests", core + ["LiaisonPostgres"]),
    tests("Office/LiaisonReplicaTests", core + ["LiaisonReplica"]),
    tests(
      "Rounds",
      core + [
        "LiaisonServer", "LiaisonReplica", "LiaisonSQLite", "LiaisonFolder", "LiaisonGRPC",
        "LiaisonExchange", "LiaisonIdentity", "LiaisonWire", log, grdb,
      ]),
    tests(
      "Simulation",
      core + ["LiaisonServer", "LiaisonReplica", "LiaisonWire", "LiaisonPostgres"]),
    tests("Commands/LiaisonTerminalTests", core + ["LiaisonTerminal"]),
    tests(
      "Commands/LiaisonCommandTests",
      core + [
        "liaison", "liaisond", "LiaisonReplica", "LiaisonSQLite", "LiaisonFolder",
        "LiaisonOperation", "LiaisonTerminal", "LiaisonWire", arguments, configuration,
      ]),
  ]
)

// Only for Scripts/fuzz: it links libFuzzer.
if ProcessInfo.processInfo.environment["LIAISON_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "Fuzz", dependencies: ["FuzzedDecoders"], path: "Tests/Fuzz/Fuzz",
      swiftSettings: settings))
}
