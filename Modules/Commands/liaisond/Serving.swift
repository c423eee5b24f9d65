import LiaisonGRPC
import LiaisonModel
import LiaisonOperation
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import Logging
import ServiceLifecycle
import UnixSignals

/// A server under way: it listens until a signal, and then drains.
struct Serving: Service {
  let server: SyncServer
  let service: SyncService
  let identity: ServerIdentity?
  let changeLog: any RegisterStore
  let register: RegisterID
  let log: Logger
  /// Where it was told to listen.
  let asked: [LiaisonSync.Endpoint]
  /// SIGHUP, from the start on: otherwise it would end the process.
  let hangups: UnixSignalsSequence
  /// What those who run it are told.
  let watch: ServerWatch
  let manager: ServiceManager?
  /// Ends when what serves beside it listens: until then nobody is told that it is ready.
  let beside: AsyncStream<Never>

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      if let identity {
        group.addTask { try await identity.keepRenewed(log) }
        group.addTask { try await service.watchRoster(changeLog) }
      }
      group.addTask { try await service.watchHead(of: changeLog) }
      group.addTask { try await service.watchStore() }
      group.addTask {
        for await _ in hangups {
          manager?.tell(.reloading)
          await identity?.reload(log)
          manager?.tell(.ready("has read its files again"))
        }
      }
      // A store that does not answer is no reason to start anew: /readyz tells of it.
      if let manager, manager.watchdog != nil {
        group.addTask { try await manager.keepAlive { try await server.comeRound() } }
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
        watch.enters(.listening)
        Task { await announce(addresses) }
      }
    } onGracefulShutdown: {
      // Told before any connection ends, so that nobody is sent here any more.
      watch.enters(.draining)
      manager?.tell(.stopping)
      service.stopFollowing()
      server.drain()
    }
  }

  /// Says where the server listens: to whoever waits for it, and to those who write invitations.
  private func announce(_ addresses: [LiaisonSync.Endpoint]) async {
    for await _ in beside {}
    do {
      // Invitations are for offices elsewhere, if any can call.
      let called = addresses.first { !$0.isLoopback } ?? addresses.first
      if let called, try await !changeLog.status().isStandby {
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

  /// - Parameter operations: what outlives the server while it drains.
  func untilStopped(beside operations: OperationServer?) async throws {
    // Stopped from the last to the first.
    let services = [operations.map { $0 as any Service }, self].compactMap(\.self)
    // Its debug lines tell all that a service holds.
    var quiet = log
    quiet.logLevel = max(log.logLevel, .notice)
    var configuration = ServiceGroupConfiguration(
      services: services.map {
        .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
      },
      gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
    configuration.maximumGracefulShutdownDuration = .seconds(Tuning.drainSeconds)
    try await ServiceGroup(configuration: configuration).run()
  }
}
