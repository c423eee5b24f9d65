import ArgumentParser
import LiaisonFolder
import LiaisonReplica
import LiaisonTerminal

struct EditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit", abstract: "Changes fields of a record.",
    discussion: """
      field=value sets, field= clears, field+=member and field-=member change a set or a list; \
      mandate+=… adds a line to a prose. A reference is the code of its record, or the record's id. \
      Without changes it opens the record in $EDITOR.

      Examples:
        liaison edit COMPACT un_entities=39 areas+=FTF
        liaison edit COMPACT
      """)
  @Argument(help: "The record's code or id.", completion: .codes) var code: String
  @Argument(help: "field=value, field+=member, field-=member …") var changes: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = options.replica
    guard !changes.isEmpty else { return try await openEditor(try replica()) }
    let assignments = try changes.map { try Assignment($0) }
    try options.print(try await replica().edit(code, assignments, note: note))
  }

  private func openEditor(_ replica: Replica) async throws {
    let draft = try await replica.draft(of: code)
    let file = try DraftFile(draft, in: try options.data.path)
    let edited = try await file.kept {
      let assignments = try draft.assignments(from: try file.edit())
      return assignments.isEmpty ? nil : try await replica.save(draft, assignments, note: note)
    }
    try options.print(edited ?? draft.record, done: edited == nil ? "unchanged" : nil)
  }
}
