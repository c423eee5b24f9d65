import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

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
    let edited = try await Retry.whereChanged {
      try await replica.edit(try await replica.record(code), assignments, note: note)
    }
    try await Written.report(edited, replica, json: options.json)
  }

  private func openEditor(_ replica: Replica) async throws {
    let record = try await replica.record(code)
    try replica.checkEditable(record)
    let draft = try await Draft(record, in: replica)
    var edited: Record?
    do {
      let assignments = try draft.edit()
      if !assignments.isEmpty {
        edited = try await apply(assignments, to: record, in: replica)
      }
    } catch {
      throw DraftKept(cause: error, path: draft.path)
    }
    try draft.remove()
    try await Written.report(
      edited ?? record, replica, json: options.json, done: edited == nil ? "unchanged" : nil)
  }

  /// A sync or another command may have come between: what was edited is applied to what the
  /// record is now, unless just that has changed as well.
  private func apply(
    _ assignments: [Assignment], to read: Record, in replica: Replica
  ) async throws -> Record {
    var record = read
    return try await Retry.whereChanged {
      let names = Set(assignments.map(\.name))
      let fields = record.kind.fields.filter { names.contains($0.name) }.map(\.number)
      let states = (read.visible.state, record.visible.state)
      guard fields.allSatisfy({ states.0.fields[$0] == states.1.fields[$0] }),
        !names.contains("code") || states.0.code == states.1.code
      else {
        throw Failure(
          "the same fields of \(read.code) were changed in the meantime",
          advice: "liaison edit again")
      }
      do {
        return try await replica.edit(record, assignments, note: note)
      } catch let error as StoreError where error.code == .changed {
        record = try await replica.record(read.id.description)
        throw error
      }
    }
  }
}
