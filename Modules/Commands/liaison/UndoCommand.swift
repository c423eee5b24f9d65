import ArgumentParser
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

struct UndoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Takes back the last thing that was done here and not sent yet.",
    discussion: """
      A new record, an edit, a resolution, a deletion, a restoration or a discard. Again, it takes back \
      the one before. What was sent is changed back by liaison restore.

      Example: liaison undo --list
      """)
  @Flag(help: "Only show what would be taken back, the last thing first.") var list = false
  @OptionGroup var options: ReplicaOptions

  private struct Item: Encodable {
    let action: String
    let code: String
    let time: String

    init(_ step: UndoStep) {
      action = step.action.rawValue
      code = step.code.text
      time = step.time.description
    }
  }

  func run() async throws {
    let replica = try options.replica()
    guard list else {
      let item = Item(try await replica.undo())
      if options.json { return try Output.json(item) }
      return Output.line("took back: \(item.action) \(item.code), of \(item.time)")
    }
    let items = try await replica.undoable().map(Item.init)
    if options.json { return try Output.json(items) }
    Output.table(["DONE", "CODE", "TIME"], items.map { [$0.action, $0.code, $0.time] })
  }
}
