import LiaisonFolder
import LiaisonGRPC
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

/// What clone and sync share: the lock, the connection, the summary, the exit code.
struct Syncing {
  let data: DataDirectory
  let replica: Replica
  let server: LiaisonSync.Endpoint
  let office: OfficeID
  let verb: String
  let json: Bool
  var retriesAll = false

  private func connector() async throws -> GRPCConnector {
    try await .from(data, of: replica.identity(), to: server)
  }

  private var place: Place {
    Place(
      of: .replica, folder: data.path, address: server.description, office: office.text)
  }

  /// One round, and what it did.
  /// - Parameter lock: the folder's, if this process has it.
  func run(under lock: DirectoryLock? = nil) async throws {
    let report = try await place.naming {
      let lock = try lock ?? DirectoryLock(data, name: .sync, holder: "liaison sync")
      defer { withExtendedLifetime(lock) {} }
      return try await round()
    }
    try summarize(report)
  }

  private func round() async throws -> SyncReport {
    let progress = ProgressLine(verb)
    let report = try await replica.sync(
      over: try await connector(), at: server.description, retriesAll: retriesAll
    ) { step in
      switch step {
      case .received(let step), .sent(let step):
        progress.update(step.done, remaining: step.remaining)
      }
    }
    progress.end()
    return report
  }

  private func summarize(_ report: SyncReport) throws {
    let summary = SyncSummary(report)
    if json { try Output.json(summary) } else { print(summary, report) }
    if report.counts.unsettled > 0 { throw StatusExit(.conflicts) }
    if report.counts.refused > 0 { throw StatusExit(.failure) }
  }

  private func print(_ summary: SyncSummary, _ report: SyncReport) {
    Output.line(summary.text)
    for item in report.came.items {
      Output.line("  \(item.code)  \(item.office), \(Terminal.safe(item.author)): \(item.change)")
    }
    if report.came.more > 0 {
      Output.line("  and \(report.came.more) more: liaison log")
    }
    for code in report.unsettled {
      Output.line("  ! \(code): liaison conflicts \(code), then liaison resolve \(code) …")
    }
  }

  /// Until a signal ends the process.
  func watch() async throws {
    try await place.naming {
      let lock = try DirectoryLock(data, name: .sync, holder: "liaison sync --watch")
      defer { withExtendedLifetime(lock) {} }
      try await replica.watch(
        over: RenewingConnector(
          data: data, identity: try await replica.identity(), server: server),
        retriesAll: retriesAll
      ) {
        [json, place] event in
        WatchLine(event, at: place).print(asJSON: json)
      }
    }
  }
}

/// What a sync did, as JSON and as a line.
struct SyncSummary: Encodable {
  let received: Int
  let committed: Int
  let merged: Int
  /// What waits for a person afterwards.
  let refused: Int
  let conflicts: Int
  let calls: Int
  /// What the server had lost: handed back, and kept here until healing is open.
  let handedBack: Int
  let waitingForHealing: Int
  /// What other offices have changed, latest first, and how many more.
  let came: [LogItem]
  let more: Int
  /// The version of the schema that came in the place of another.
  let schema: UInt32?
  /// Changes that only a newer version can read.
  let unreadable: Int

  init(_ report: SyncReport) {
    received = report.round.received
    committed = report.round.committed
    merged = report.merged
    refused = report.counts.refused
    conflicts = report.counts.unsettled
    calls = report.round.calls
    handedBack = report.handBack.handedBack
    waitingForHealing = report.handBack.waiting
    came = report.came.items
    more = report.came.more
    schema = report.schema
    unreadable = report.unreadable
  }

  var text: String {
    var parts = ["received \(received)", "sent \(committed)"]
    if handedBack > 0 { parts.append("handed back \(handedBack) that the server had lost") }
    if waitingForHealing > 0 {
      parts.append(HealingText.waiting(waitingForHealing))
    }
    if let schema { parts.append("schema \(schema)") }
    if unreadable > 0 { parts.append("\(unreadable) that need a newer version") }
    if merged > 0 { parts.append("merged \(merged)") }
    if refused > 0 { parts.append("refused \(refused): see liaison status") }
    if conflicts > 0 { parts.append("conflicts \(conflicts): see liaison conflicts") }
    return parts.joined(separator: ", ")
  }
}

enum HealingText {
  static func waiting(_ count: Int) -> String {
    "\(count) that the server had lost wait until it opens healing: see liaison status"
  }
}
