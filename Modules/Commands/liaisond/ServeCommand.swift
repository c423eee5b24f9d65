import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonWire
import Logging
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serves the register to its offices.",
    discussion: """
      Prints its address when it is ready. SIGTERM or SIGINT: takes no new calls and lets those \
      under way end. It listens on loopback only, because it does not check yet who an office is.

      Example: liaisond serve hq --listen 127.0.0.1:7401
      """)

  @Argument(help: "The server's folder.")
  var directory: String
  @Option(help: "HOST:PORT; port 0 takes a free one.")
  var listen = "127.0.0.1:7401"

  func run() async throws {
    let address = try SyncServer.Address(listen)
    let data = DataDirectory(directory, role: .server)
    let changeLog = try SQLiteChangeLog(data, coding: SchemaCodec())
    let lock = try DirectoryLock(data, name: "server", holder: "liaisond serve")
    var logger = Logger(label: "liaisond") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    let server = SyncServer(
      changeLog: changeLog, coding: RevisionCodec(), address: address, log: logger)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(
          service: Serving(server: server), successTerminationBehavior: .gracefullyShutdownGroup)
      ],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(Tuning.drainSeconds)
    try await ServiceGroup(configuration: configuration).run()
    withExtendedLifetime(lock) {}
  }

  private struct Serving: Service {
    let server: SyncServer

    func run() async throws {
      try await withGracefulShutdownHandler {
        try await server.run { Output.ready("listening on \($0)") }
      } onGracefulShutdown: {
        server.drain()
      }
    }
  }
}
