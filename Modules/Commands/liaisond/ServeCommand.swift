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
      Prints its addresses when it is ready. SIGTERM or SIGINT: takes no new calls and lets those \
      under way end. Offices call over TLS with the certificates that their enrolment gave them; the \
      server's own is renewed by itself. One of a public or a house's authority may stand in its \
      place: offices go on to rely on the register's authority, which vouches for it. SIGHUP reads its \
      files again, and a change of them is seen within a minute. Standard error is the log: starts \
      and stops, errors, and which calls are refused.

      Example: liaisond serve hq --listen 192.0.2.7:7401
      """)

  @Argument(help: "The server's folder.")
  var directory: String
  @Option(
    help: ArgumentHelp(
      "ADDRESS:PORT, again for each; port 0 takes a free one.", valueName: "address:port"))
  var listen = ListenArgument.everywhere
  @Option(
    help: ArgumentHelp(
      "One more name or address that offices call the server by.", valueName: "host"))
  var host: [String] = []
  @Option(
    help: ArgumentHelp(
      "The server's certificate of another authority, in PEM, and those behind it.",
      valueName: "file"))
  var certificate: String?
  @Option(help: ArgumentHelp("The key of that certificate, in PEM; mode 0600.", valueName: "file"))
  var key: String?
  @Flag(help: "Neither TLS nor certificates: callers are believed. On loopback only, for trying.")
  var insecureLoopback = false

  func run() async throws {
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let (asked, addresses) = try ListenArgument.parse(listen)
    let files = try files()
    var folder = ServerFolder()
    folder.directory = directory
    try checkPrivate(folder)
    let changeLog = try folder.open()
    let lock = try await folder.lock(for: "liaisond serve")
    defer { withExtendedLifetime(lock) {} }
    var logger = Logger(label: "liaisond") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    try await changeLog.add(hosts: host.map(HostArgument.parse))
    let identity = insecureLoopback ? nil : try await identity(of: changeLog, files)
    let service = SyncService(
      log: changeLog, coding: RevisionCodec(), admission: identity?.admission,
      report: { [logger] in logger.error("the store cannot answer: \($0)") })
    let server = try SyncServer(
      listener: service, addresses: addresses,
      security: identity.map { .tls($0.served, replica: $0.replica) } ?? .insecureLoopback,
      log: logger,
      connections: min(Tuning.connections, max(System.raiseFileLimit() - Tuning.otherFiles, 1)))
    let standing = try await changeLog.standing()
    if !addresses.allSatisfy(\.isLoopback), standing.hosts == HostArgument.loopback {
      logger.warning("invitations name 127.0.0.1: --host says what offices call this server by")
    }
    let serving = Serving(
      server: server, service: service, identity: identity, changeLog: changeLog,
      register: try await changeLog.status().register, log: logger, asked: asked,
      hangups: hangups, manager: ServiceManager(log: logger))
    do {
      try await serving.untilStopped()
    } catch is CancellationError {
      logger.notice("what did not end by itself is cut")
    }
    if identity != nil { try await service.writeSightings(to: changeLog) }
    logger.notice("stopped")
  }

  /// The server's file holds the authority's key.
  private func checkPrivate(_ folder: ServerFolder) throws {
    do {
      try folder.data.checkPrivate()
    } catch StoreError.exposed(let path) {
      throw Failure(
        StoreError.exposed(path: path).description,
        advice: "chmod 600 \(path); whoever has read it can be any office of the register")
    }
  }

  private func identity(
    of log: SQLiteChangeLog, _ files: ServerIdentity.Files?
  ) async throws -> ServerIdentity {
    do {
      return try await ServerIdentity(of: log, files)
    } catch let fault as CertificateFault {
      throw Failure(
        fault.description,
        advice: files == nil ? "liaisond restore, from a backup" : "another --certificate and --key"
      )
    } catch StoreError.exposed(let path) {
      throw Failure(
        StoreError.exposed(path: path).description,
        advice: "chmod 600 \(path); and a new key if somebody has read it")
    }
  }

  private func files() throws -> ServerIdentity.Files? {
    switch (certificate, key) {
    case (nil, nil): return nil
    case (let certificate?, let key?) where !insecureLoopback:
      return ServerIdentity.Files(certificate: certificate, key: key)
    case _ where insecureLoopback:
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

/// A server under way: it listens until a signal, and then drains.
private struct Serving: Service {
  let server: SyncServer
  let service: SyncService
  let identity: ServerIdentity?
  let changeLog: SQLiteChangeLog
  let register: RegisterID
  let log: Logger
  /// Where it was told to listen.
  let asked: [LiaisonSync.Endpoint]
  /// SIGHUP, from the start on: otherwise it would end the process.
  let hangups: UnixSignalsSequence
  let manager: ServiceManager?

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      if let identity {
        group.addTask { try await identity.keepRenewed(log) }
        group.addTask { try await service.watchRoster(changeLog) }
      }
      group.addTask {
        for await _ in hangups {
          manager?.tell(.reloading)
          await identity?.reload(log)
          manager?.tell(.ready("has read its files again"))
        }
      }
      if let manager, manager.watchdog != nil {
        group.addTask {
          try await manager.keepAlive {
            try await server.comeRound()
            _ = try await changeLog.status()
          }
        }
      }
      group.addTask { try await listen() }
      try await group.next()
    }
  }

  private func listen() async throws {
    try await withGracefulShutdownHandler {
      try await server.run { addresses in
        let told = addresses.map(\.description).joined(separator: " ")
        log.notice("started", metadata: ["address": "\(told)", "register": "\(register)"])
        Task { await announce(addresses) }
      }
    } onGracefulShutdown: {
      manager?.tell(.stopping)
      service.stopFollowing()
      server.drain()
    }
  }

  /// Says where the server listens: to whoever waits for it, and to those who write invitations.
  private func announce(_ addresses: [LiaisonSync.Endpoint]) async {
    do {
      // Invitations are for offices elsewhere, if any can call.
      if let called = addresses.first(where: { !$0.isLoopback }) ?? addresses.first {
        try await changeLog.setPort(called.port)
      }
    } catch {
      log.error("the port is not noted for invitations: \(error)")
    }
    for address in ListenArgument.heard(addresses, asked: asked) {
      Output.ready("listening on \(address)")
    }
    let told = addresses.map(\.description).joined(separator: " ")
    manager?.tell(.ready("listening on \(told)"))
  }

  func untilStopped() async throws {
    var configuration = ServiceGroupConfiguration(
      services: [.init(service: self, successTerminationBehavior: .gracefullyShutdownGroup)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
    configuration.maximumGracefulShutdownDuration = .seconds(Tuning.drainSeconds)
    try await ServiceGroup(configuration: configuration).run()
  }
}
