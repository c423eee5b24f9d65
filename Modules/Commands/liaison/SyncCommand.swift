import ArgumentParser
import LiaisonTerminal
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
    if let address, !GRPCSyncTransport.isAddress(address) {
      throw Failure("'\(address)' is not an address", advice: "HOST:PORT", status: .usage)
    }
    let store = try options.store()
    let syncing = Syncing(
      data: try options.data, store: store, verb: "syncing", json: options.json)
    let known = try await store.identity().address
    if watch {
      try await syncing.watch(address ?? known)
    } else {
      try await syncing.run(address ?? known)
    }
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

  /// One round. An address that has answered for this register is the replica's from then on.
  func run(_ address: String) async throws {
    let lock = try DirectoryLock(data, name: "sync", holder: "liaison sync")
    let report = try await round(address)
    withExtendedLifetime(lock) {}
    try await summarize(report)
  }

  private func round(_ address: String) async throws -> SyncSession.Report {
    let progress = ProgressLine(verb)
    let identity = try await store.identity()
    let report = try await GRPCSyncTransport.connecting(to: address, office: identity.office) {
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
    if address != identity.address { try await store.setAddress(address) }
    return report
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
    let identity = try await store.identity()
    // A new address is tried once before it is kept.
    if address != identity.address { _ = try await round(address) }
    let json = json
    let watcher = Watcher(store: store, coding: RevisionCodec(), environment: .system) { event in
      let view = WatchView(event)
      do {
        if json { try Output.jsonLine(view) } else { Output.line(view.text) }
        Output.flush()
      } catch {
        Output.ready("an event that has no JSON")
      }
    }
    try await watcher.run(address: address, office: identity.office)
    withExtendedLifetime(lock) {}
  }
}

/// What a watcher tells, as JSON and as a line.
private struct WatchView: Encodable {
  let event: String
  var received: Int?
  var committed: Int?
  var conflicts: Int?
  var refused: Int?
  var reason: String?
  var retryMilliseconds: Int?

  init(_ event: Watcher.Event) {
    switch event {
    case .synced(let report):
      self.event = "synced"
      received = report.machine.received
      committed = report.machine.committed
      conflicts = report.conflicts
      refused = report.machine.refused
    case .received(let count, let conflicts):
      self.event = "received"
      received = count
      self.conflicts = conflicts
    case .offline(let reason, let pause):
      self.event = "offline"
      self.reason = reason
      retryMilliseconds = pause
    }
  }

  var text: String {
    let trouble =
      (conflicts.map { $0 > 0 ? ", conflicts \($0): see liaison conflicts" : "" } ?? "")
      + (refused.map { $0 > 0 ? ", refused \($0): see liaison status" : "" } ?? "")
    return switch event {
    case "synced": "in step: \(received ?? 0) received, \(committed ?? 0) sent\(trouble)"
    case "received": "received \(received ?? 0)\(trouble)"
    default: "offline: \(Terminal.safe(reason ?? "")); again in \(retryMilliseconds ?? 0) ms"
    }
  }
}
