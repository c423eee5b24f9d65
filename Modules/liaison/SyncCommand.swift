import ArgumentParser
import LiaisonCommand
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire

struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync", abstract: "Brings replica and register together.",
    discussion: """
      Pulls what changed, merges it with what was edited here, and pushes the outbox. Interrupted \
      anywhere, it loses nothing. Exits with 3 where conflicts remain, with 4 where no server \
      answers.

      Example: liaison sync --watch
      """)

  @OptionGroup var options: ReplicaOptions
  @Flag(help: "Stay, and sync whenever something changes on either side.") var watch = false
  @Option(help: "The server's new address, HOST:PORT.") var address: String?

  func run() async throws {
    let data = try options.data
    let store = try options.store()
    if let address {
      guard GRPCSyncTransport.isAddress(address) else {
        throw Failure("'\(address)' is not an address", advice: "HOST:PORT", status: .usage)
      }
      try await store.setAddress(address)
    }
    let syncing = Syncing(data: data, store: store, verb: "syncing", json: options.json)
    let server = try await store.identity().address
    if watch { try await syncing.watch(server) } else { try await syncing.run(server) }
  }
}

/// What clone and sync share: the lock, the round, the summary, the exit code.
struct Syncing {
  let data: DataDirectory
  let store: SQLiteReplicaStore
  let verb: String
  let json: Bool

  private struct Summary: Encodable {
    let received: Int
    let committed: Int
    let merged: Int
    let refused: Int
    let conflicts: Int
    let calls: Int
  }

  func run(_ address: String) async throws {
    let lock = try DirectoryLock(data, name: "sync", holder: "liaison sync")
    let progress = ProgressLine(verb)
    let office = try await store.identity().office
    let report = try await GRPCSyncTransport.connecting(to: address, office: office) {
      let session = try await SyncSession(
        store: store, coding: RevisionCodec(), transport: $0, environment: .system
      ) { step in
        switch step {
        case .received(let count, let remaining), .sent(let count, let remaining):
          progress.update(count, remaining: remaining)
        }
      }
      return try await session.run()
    }
    progress.end()
    withExtendedLifetime(lock) {}
    try await summarize(report)
  }

  private func summarize(_ report: SyncSession.Report) async throws {
    let counts = try await store.outboxCounts()
    let summary = Summary(
      received: report.machine.received, committed: report.machine.committed,
      merged: report.rebased, refused: counts.refused, conflicts: counts.conflicts,
      calls: report.machine.calls)
    if json {
      try Output.json(summary)
    } else {
      Output.line(text(summary))
    }
    if counts.conflicts > 0 { throw StatusExit(.conflicts) }
    if counts.refused > 0 { throw StatusExit(.failure) }
  }

  private func text(_ summary: Summary) -> String {
    var parts = ["received \(summary.received)", "sent \(summary.committed)"]
    if summary.merged > 0 { parts.append("merged \(summary.merged)") }
    if summary.refused > 0 { parts.append("refused \(summary.refused): see liaison status") }
    if summary.conflicts > 0 {
      parts.append("conflicts \(summary.conflicts): see liaison conflicts")
    }
    return parts.joined(separator: ", ")
  }

  /// Until a signal ends the process.
  func watch(_ address: String) async throws {
    let lock = try DirectoryLock(data, name: "sync", holder: "liaison sync --watch")
    let watcher = Watcher(store: store, coding: RevisionCodec(), environment: .system) { event in
      switch event {
      case .synced(let report):
        Output.ready(
          "in step: \(report.machine.received) received, \(report.machine.committed) sent")
      case .received(let count): Output.ready("received \(count)")
      case .offline(let error, let pause):
        Output.ready("offline: \(error.message); again in \(pause) ms")
      }
    }
    try await watcher.run(address: address, office: try await store.identity().office)
    withExtendedLifetime(lock) {}
  }
}
