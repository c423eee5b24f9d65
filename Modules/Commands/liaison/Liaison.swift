import ArgumentParser
import LiaisonTerminal

@main
enum Main {
  static func main() async {
    await CommandMain.run(Liaison.self, on: .replica) { Failure(office: $0) }
  }
}

struct Liaison: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "liaison",
    abstract: "Works with an office's replica of a cooperation register.",
    discussion: """
      Everything but clone and sync works without a network. To begin:

        liaison clone 'VIE@sync.example.org:7401#…' vienna
        cd vienna
        liaison list body
        liaison edit COMPACT un_entities=39
        liaison sync

      Exit codes: 0 fine, 1 failure, 2 usage, 3 conflicts remain, 4 server unreachable, \
      5 not admitted.
      """,
    version: "0.1.0",
    subcommands: [
      CloneCommand.self, SyncCommand.self, StatusCommand.self, ListCommand.self,
      ShowCommand.self, SearchCommand.self, LogCommand.self, DiffCommand.self, NewCommand.self,
      EditCommand.self, DeleteCommand.self, DiscardCommand.self, ConflictsCommand.self,
      ResolveCommand.self, RestoreCommand.self, UndoCommand.self, ExportCommand.self,
      SchemaCommand.self,
      VerifyCommand.self, IdentityCommand.self, EnrolCommand.self, MoveCommand.self,
      ConfigCommand.self,
    ])
}
