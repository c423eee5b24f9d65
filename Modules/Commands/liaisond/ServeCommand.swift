import ArgumentParser
import LiaisonFolder
import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonOperation
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire
import Logging
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

      Any number of servers may serve a register that is in a database, behind a load balancer for \
      TCP: a call may go to any of them.

      Each option may also stand in a variable, LIAISON_LOG_FORMAT for --log-format (a list with \
      commas), and in a JSON file, "logFormat": a flag counts before a variable, and that before the \
      file. See liaisond config check.

      Examples:
        liaisond serve hq --listen 192.0.2.7:7401
        liaisond serve --store postgresql://liaison@db1,db2/hq --listen 192.0.2.7:7401
        liaisond serve --config /etc/liaison/liaisond.json
      """)

  @OptionGroup var flags: ServeFlags
  @Option(
    help: ArgumentHelp(
      "A JSON file of these options, for what neither a flag nor LIAISON_… says.",
      valueName: "file"))
  var config: String?

  func run() async throws {
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let settings = try ServeSettings(ServeValues(flags, config: config))
    let place = try settings.register()
    try checkPrivate(place)
    let changeLog = try await place.open()
    let lock = try await place.lock(for: "liaisond serve")
    defer { withExtendedLifetime(lock) {} }
    let logger = Logger(label: "liaisond") { _ in LineLog(settings) }
    if try await !changeLog.status().isStandby { try await changeLog.add(hosts: settings.hosts) }
    let identity =
      settings.isInsecure ? nil : try await identity(of: changeLog, settings.files, logger)
    let counted = ServerMetrics()
    let service = SyncService(
      log: changeLog, coding: RevisionCodec(), admission: identity?.admission,
      report: { [logger] error in
        counted.storeFailed(error)
        logger.error("the store cannot answer: \(error)")
      }, committed: counted.committed)
    let server = try SyncServer(
      listener: service, addresses: settings.sockets,
      security: identity.map { .tls($0.served, replica: $0.replica) } ?? .insecureLoopback,
      log: logger,
      connections: min(Tuning.connections, max(System.raiseFileLimit() - Tuning.otherFiles, 1)),
      observer: counted)
    let standing = try await changeLog.standing()
    if !settings.sockets.allSatisfy(\.isLoopback), standing.hosts == HostArgument.loopback {
      logger.warning("invitations name 127.0.0.1: --host says what offices call this server by")
    }
    let watch = ServerWatch(
      of: changeLog, at: place, identity, service, counted: counted)
    let (beside, opened) = AsyncStream<Never>.makeStream()
    let operations = settings.operations.map {
      OperationServer(announcedAt: $0, of: watch, log: logger) { opened.finish() }
    }
    if operations == nil { opened.finish() }
    let serving = Serving(
      server: server, service: service, identity: identity, changeLog: changeLog,
      register: try await changeLog.status().register, log: logger, asked: settings.asked,
      hangups: hangups, watch: watch, manager: ServiceManager(log: logger), beside: beside)
    do {
      try await serving.untilStopped(beside: operations)
    } catch is CancellationError {
      logger.notice("what did not end by itself is cut")
    }
    if identity != nil { await noteSightings(of: service, changeLog, logger) }
    logger.notice("stopped")
  }

  /// A server that stops has done its work, also if this cannot be written any more.
  private func noteSightings(
    of service: SyncService, _ log: any RegisterStore, _ logger: Logger
  ) async {
    do {
      try await service.writeSightings(to: log)
    } catch {
      logger.warning("what was last seen of the replicas is not noted: \(error)")
    }
  }

  /// The server's file holds the authority's key.
  private func checkPrivate(_ place: RegisterPlace) throws {
    guard case .folder = place else { return }
    do {
      try place.data.checkPrivate()
    } catch StoreError.exposed(let path) {
      throw Failure(
        StoreError.exposed(path: path).description,
        advice: "chmod 600 \(path); whoever has read it can be any office of the register")
    }
  }

  private func identity(
    of log: any RegisterStore, _ files: ServerIdentity.Files?, _ logger: Logger
  ) async throws -> ServerIdentity {
    do {
      return try await ServerIdentity(of: log, files, logger: logger)
    } catch let fault as CertificateFault {
      throw Failure(
        fault.description,
        advice: files == nil ? "liaisond restore, from a backup" : "another --certificate and --key"
      )
    }
  }
}
