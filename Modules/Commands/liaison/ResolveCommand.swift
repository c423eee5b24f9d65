import ArgumentParser
import LiaisonFolder
import LiaisonReplica
import LiaisonTerminal

struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Settles a conflict, without a network.",
    discussion: """
      What could be merged is merged. For what remains: --take SIDE for all of it, --take FIELD=SIDE \
      for one field, or field=value. A side is ours, theirs or base; of a prose or a list it is taken \
      only where both changed the same lines. --edit opens the record with all sides in $EDITOR. The \
      next sync sends it.

      Examples:
        liaison resolve COMPACT --take theirs
        liaison resolve COMPACT --take un_entities=ours
        liaison resolve COMPACT un_entities=40
        liaison resolve COMPACT --edit
      """)
  @Argument(help: "The record's code or id.", completion: .codes) var code: String
  @Argument(help: "field=value …") var changes: [String] = []
  @Option(help: "A side for all that remains, or FIELD=SIDE; may be repeated.")
  var take: [String] = []
  @Flag(help: "Open the record in $EDITOR.") var edit = false
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    var choice = try Choice(taking: take)
    choice.assignments = try changes.map { try Assignment($0) }
    guard edit else {
      let resolved = try await options.replica().resolve(code, choice, note: note)
      return try options.print(resolved, done: "resolved")
    }
    guard choice == Choice() else {
      throw Failure(
        "--edit takes no side and no value", advice: "liaison resolve \(code) --edit",
        status: .usage)
    }
    try await openEditor(try options.replica())
  }

  private func openEditor(_ replica: Replica) async throws {
    let draft = try await replica.draft(resolving: code)
    let file = try DraftFile(draft.draft, in: try options.data.path)
    let resolved = try await file.kept {
      try await replica.resolve(draft, try draft.choice(from: try file.edit()), note: note)
    }
    try options.print(resolved, done: "resolved")
  }
}
