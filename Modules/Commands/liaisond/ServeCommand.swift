import ArgumentParser
import LiaisonFolder
import LiaisonGRPC
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire
import Logging
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves the register to its offices.",
    discussion: """
      Prints its address when it is ready. SIGTERM or SIGINT: takes no new calls and lets those \
      under way end. It listens on loopback only, because it does not check yet who an office is. \
      Standard error is its log: starts and stops, errors, and which calls it refuses.

      Example: liaisond serve hq --listen 127.0.0.1:7401
      """)

  @Argument(help: "The server's folder.")
  var directory: String
  @Option(help: "HOST:PORT; port 0 takes a free one.")
  var listen = "127.0.0.1:7401"

  func run() async throws {
    guard let address = Endpoint(listen) else {
      throw Failure(
        "'\(listen)' is not an address of the form HOST:PORT", advice: "--listen 127.0.0.1:7401",
        status: .usage)
    }
    var folder = ServerFolder()
    folder.directory = directory
    let changeLog = try folder.open()
    let lock = try await folder.lock(for: "liaisond serve")
    defer { withExtendedLifetime(lock) {} }
    var logger = Logger(label: "liaisond") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    let service = SyncService(
      log: changeLog, coding: RevisionCodec(),
      report: { [logger] in logger.error("the store cannot answer: \($0)") })
    let files = System.raiseFileLimit() - Tuning.otherFiles
    let server = try SyncServer(
      listener: service, address: address, log: logger,
      connections: min(Tuning.connections, max(files, 1)))
    let register = try await changeLog.status().register
    try await Serving(server: server, service: service, register: register, log: logger)
      .untilStopped()
    logger.notice("stopped")
  }
}

/// A server under way: it listens until a signal, and then drains.
private struct Serving: Service {
  let server: SyncServer
  let service: SyncService
  let register: RegisterID
  let log: Logger

  func run() async throws {
    try await withGracefulShutdownHandler {
      try await server.run { address in
        log.notice("started", metadata: ["address": "\(address)", "register": "\(register)"])
        Output.ready("listening on \(address)")
      }
    } onGracefulShutdown: {
      service.stopFollowing()
      server.drain()
    }
  }

  func untilStopped() async throws {
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    configuration.maximumGracefulShutdownDuration = .seconds(Tuning.drainSeconds)
    try await ServiceGroup(configuration: configuration).run()
  }
}
