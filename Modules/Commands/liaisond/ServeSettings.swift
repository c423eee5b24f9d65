import LiaisonOperation
import LiaisonSync
import LiaisonTerminal
import Logging

/// What a server is told to do, read and checked.
struct ServeSettings {
  /// Nil if none is named, as in a file that goes with one.
  let place: RegisterPlace?
  /// Where it was told to listen, and the sockets that it takes.
  let asked, sockets: [LiaisonSync.Endpoint]
  let hosts: [String]
  let files: ServerIdentity.Files?
  let isInsecure: Bool
  let operations: LiaisonSync.Endpoint?
  let logForm: LogForm
  let logLevel: Logger.Level

  /// - Throws: ``Failure`` that names where the value comes from.
  init(_ values: ServeValues) throws {
    place = try Self.place(values)
    (asked, sockets) = try values.naming("listen") {
      try ListenArgument.parse(values.texts("listen"))
    }
    hosts = try values.naming("host") { try values.texts("host").map(HostArgument.parse) }
    isInsecure = values.flag("insecureLoopback")
    files = try Self.files(values, isInsecure: isInsecure)
    operations = try values.naming("operations") {
      try OperationsArgument.parse(
        values.text("operations"), isAnywhere: values.flag("insecureOperations"))
    }
    try Self.check(operations, isNoneOf: sockets)
    logForm = try values.naming("logFormat") {
      let text = values.text("logFormat") ?? ""
      guard let form = LogForm(rawValue: text) else {
        throw Failure(
          "'\(text)' is no form of a log",
          advice: LogForm.allCases.map(\.rawValue).joined(separator: ", "), status: .usage)
      }
      return form
    }
    logLevel = try values.naming("logLevel") {
      let text = values.text("logLevel") ?? ""
      guard let level = Logger.Level(rawValue: text) else {
        throw Failure(
          "'\(text)' is no level of a log",
          advice: Logger.Level.allCases.map(\.rawValue).joined(separator: ", "), status: .usage)
      }
      return level
    }
  }

  private static func check(
    _ operations: LiaisonSync.Endpoint?, isNoneOf sockets: [LiaisonSync.Endpoint]
  ) throws {
    guard let operations, operations.port != 0, sockets.contains(operations) else { return }
    throw Failure(
      "offices and those who run the server cannot both call \(operations)",
      advice: "another port for --operations", status: .usage)
  }

  /// - Throws: ``Failure`` if neither a folder nor a store is named.
  func register() throws -> RegisterPlace {
    guard let place else {
      throw Failure(
        "no folder and no store is named",
        advice: "liaisond serve DIR, or --store, or \"directory\" or \"store\" in the file",
        status: .usage)
    }
    return place
  }

  /// The folder or the database: what counts more, if both are named.
  private static func place(_ values: ServeValues) throws -> RegisterPlace? {
    let folder = try values.naming("directory") {
      try values.text("directory").map {
        try FolderArgument.parse($0, advice: RegisterPlace.storeAdvice)
      }
    }
    let store = values.text("store")
    guard folder != nil || store != nil else { return nil }
    let isFolderFlag = values["directory"]?.source == .flag
    let isStoreFlag = values["store"]?.source == .flag
    return try values.naming("store") {
      try RegisterPlace(
        folder: isStoreFlag && !isFolderFlag ? nil : folder,
        store: isFolderFlag && !isStoreFlag ? nil : store)
    }
  }

  private static func files(
    _ values: ServeValues, isInsecure: Bool
  ) throws -> ServerIdentity.Files? {
    switch (values.text("certificate"), values.text("key")) {
    case (nil, nil): return nil
    case (let certificate?, let key?) where !isInsecure:
      return ServerIdentity.Files(certificate: certificate, key: key)
    case _ where isInsecure:
      throw Failure(
        "without TLS there is no certificate", advice: "serve without --insecure-loopback",
        status: .usage)
    case _:
      throw Failure(
        "a certificate and its key belong together", advice: "both --certificate and --key",
        status: .usage)
    }
  }
}
