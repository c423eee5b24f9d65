import ArgumentParser
import LiaisonFolder
import LiaisonGRPC
import LiaisonIdentity
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
      under way end. Offices call over TLS with the certificates that their enrolment gave them; the \
      server's own is renewed by itself. Standard error is its log: starts and stops, errors, and \
      which calls it refuses.

      Example: liaisond serve hq --listen 0.0.0.0:7401
      """)

  @Argument(help: "The server's folder.")
  var directory: String
  @Option(help: "ADDRESS:PORT; port 0 takes a free one.")
  var listen = "0.0.0.0:7401"
  @Option(
    help: ArgumentHelp(
      "One more name or address that offices call the server by.", valueName: "host"))
  var host: [String] = []
  @Flag(help: "Neither TLS nor certificates: callers are believed. On loopback only, for trying.")
  var insecureLoopback = false

  func run() async throws {
    guard let address = Endpoint(listen) else {
      throw Failure(
        "'\(listen)' is not an address of the form HOST:PORT", advice: "--listen 127.0.0.1:7401",
        status: .usage)
    }
    var folder = ServerFolder()
    folder.directory = directory
    // It holds the authority's key.
    try folder.data.checkPrivate()
    let changeLog = try folder.open()
    let lock = try await folder.lock(for: "liaisond serve")
    defer { withExtendedLifetime(lock) {} }
    var logger = Logger(label: "liaisond") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    try await changeLog.add(hosts: host.map(HostArgument.parse))
    let identity = insecureLoopback ? nil : try await ServerIdentity(of: changeLog)
    let service = SyncService(
      log: changeLog, coding: RevisionCodec(), admission: identity?.admission,
      report: { [logger] in logger.error("the store cannot answer: \($0)") })
    let files = System.raiseFileLimit() - Tuning.otherFiles
    let server = try SyncServer(
      listener: service, address: address,
      security: identity.map { .tls($0.served) } ?? .insecureLoopback, log: logger,
      connections: min(Tuning.connections, max(files, 1)))
    let register = try await changeLog.status().register
    try await Serving(
      server: server, service: service, identity: identity, changeLog: changeLog,
      register: register,
      log: logger
    )
    .untilStopped()
    if identity != nil { try await service.writeSightings(to: changeLog) }
    logger.notice("stopped")
  }
}

/// A server under way: it listens until a signal, and then drains.
private struct Serving: Service {
  let server: SyncServer
  let service: SyncService
  let identity: ServerIdentity?
  let changeLog: SQLiteChangeLog
  let register: RegisterID
  let log: Logger

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      if let identity {
        group.addTask { try await identity.keepRenewed(log) }
        group.addTask { try await service.watchRoster(changeLog) }
      }
      group.addTask { try await listen() }
      try await group.next()
    }
  }

  private func listen() async throws {
    try await withGracefulShutdownHandler {
      try await server.run { address in
        log.notice("started", metadata: ["address": "\(address)", "register": "\(register)"])
        Task { await announce(address) }
      }
    } onGracefulShutdown: {
      service.stopFollowing()
      server.drain()
    }
  }

  /// Says where the server listens: to whoever waits for it, and to those who write invitations.
  private func announce(_ address: LiaisonSync.Endpoint) async {
    do {
      try await changeLog.setPort(address.port)
    } catch {
      log.error("the port is not noted for invitations: \(error)")
    }
    Output.ready("listening on \(address)")
  }

  func untilStopped() async throws {
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    configuration.maximumGracefulShutdownDuration = .seconds(Tuning.drainSeconds)
    try await ServiceGroup(configuration: configuration).run()
  }
}
