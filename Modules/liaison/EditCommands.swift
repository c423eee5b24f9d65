import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonReplica
import LiaisonSync

/// What the commands that write print of a record.
enum Written {
  /// - Parameter done: what was done to it, where its state does not say so.
  static func report(
    _ record: Record, _ replica: Replica, json: Bool, done: String? = nil
  ) async throws {
    let code = try await replica.codes(of: record.references)
    if json { return try Output.json(RecordView(record, code)) }
    Output.line("\(record.code) \(record.kind.name): \(done ?? record.stateName)")
  }
}

struct NewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Adds a record.",
    discussion: """
      Organizations, bodies, areas, goals, instruments and offices need code=…; participations, \
      engagements and actions are numbered: VIE-2026-0012.

      Example: liaison new engagement title="Expert meeting" starts=2026-12-01 lead=VIE \
      status=planned participants=UNODC,OSCE
      """)
  @Argument(help: "A kind.") var kind: String
  @Argument(help: "field=value …") var fields: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let record = try await replica.create(
      try replica.kind(named: kind), try fields.map { try Assignment($0) }, note: note)
    try await Written.report(record, replica, json: options.json)
  }
}

struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Changes fields of a record.",
    discussion: """
      field=value sets, field= clears, field+=member and field-=member change a set or a list; \
      mandate+=… adds a line to a prose. Without changes it opens the record in $EDITOR.

      Examples:
        liaison edit COMPACT un_entities=39 areas+=FTF
        liaison edit COMPACT
      """)
  @Argument(help: "The record's code or id.") var code: String
  @Argument(help: "field=value, field+=member, field-=member …") var changes: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    guard !changes.isEmpty else { return try await openEditor(replica) }
    let assignments = try changes.map { try Assignment($0) }
    for attempt in 1... {
      do {
        let record = try await replica.record(code)
        let edited = try await replica.edit(record, assignments, note: note)
        return try await Written.report(edited, replica, json: options.json)
      } catch let error as StoreError where error.code == .changed && attempt < Limits.saveAttempts
      {
        continue  // Another command at this office came between: on top of that, then.
      }
    }
  }

  private func openEditor(_ replica: Replica) async throws {
    let record = try await replica.record(code)
    try replica.checkEditable(record)
    let draft = try await Draft(record, in: replica)
    do {
      let assignments = try draft.edit()
      guard !assignments.isEmpty else {
        try draft.remove()
        return try await Written.report(record, replica, json: options.json, done: "unchanged")
      }
      let edited = try await replica.edit(record, assignments, note: note)
      try draft.remove()
      try await Written.report(edited, replica, json: options.json)
    } catch {
      throw DraftKept(cause: error, path: draft.path)
    }
  }
}

struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a record; its history stays.",
    discussion: "Example: liaison delete VIE-2026-0012 --note \"entered twice\"")
  @Argument(help: "The record's code or id.") var code: String
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @Flag(help: "Also where other records refer to it: they go on naming it.") var force = false
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let record = try await replica.record(code)
    if let deleted = try await replica.delete(record, note: note, isForced: force) {
      try await Written.report(deleted, replica, json: options.json)
    } else if options.json {
      try Output.json(Discarded(discarded: record.code.text))
    } else {
      Output.line("\(record.code) \(record.kind.name): discarded, it was never sent")
    }
  }
}

/// An edit that is no more, as JSON.
private struct Discarded: Encodable { let discarded: String }

struct DiscardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard", abstract: "Takes back an edit that was not accepted yet.",
    discussion: """
      A conflict ends with it: theirs stands.

      Example: liaison discard COMPACT
      """)
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let records = try await replica.records(code)
    let pending = records.filter { $0.pending != nil }
    let record = pending.count > 1 ? try await replica.record(code) : pending.first ?? records[0]
    let wasSent = record.pending?.status == .inFlight
    try await replica.discard(record)
    if options.json { return try Output.json(Discarded(discarded: record.code.text)) }
    Output.line(
      "discarded the edit of \(record.code)"
        + (wasSent ? "; it was sent already, and may come back with the next sync" : ""))
  }
}
