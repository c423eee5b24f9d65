import ArgumentParser
import LiaisonTerminal
import LiaisonReplica
import LiaisonWire

@main
enum Main {
  static func main() async {
    await CommandMain.run(Liaison.self) { explain($0) }
  }

  @Sendable
  private static func explain(_ error: any Error) -> Failure? {
    switch error {
    case let error as ReplicaError:
      let isUsage: Set<ReplicaError.Code> = [.badInput, .unknownKind, .unknownField]
      return Failure(
        error.message, advice: error.advice,
        status: isUsage.contains(error.code) ? .usage : .failure)
    case let error as WireError:
      return Failure(
        "a record cannot be read: \(error.message)",
        advice: "liaison verify; a newer version of this command, or a fresh clone")
    case let error as DraftKept:
      let failure =
        Failure(known: error.cause) ?? explain(error.cause)
        ?? Failure(
          "\(error.cause)", advice: "liaison edit again")
      return Failure(
        failure.message, advice: "\(failure.advice); what you wrote is in \(error.path)",
        status: failure.status)
    default: return nil
    }
  }
}

struct Liaison: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "liaison",
    abstract: "Works with an office's replica of a cooperation register.",
    discussion: """
      Everything but clone and sync works without a network. To begin:

        liaison clone 127.0.0.1:7401 vienna --office VIE
        cd vienna
        liaison list body
        liaison edit COMPACT un_entities=39
        liaison sync

      Exit codes: 0 fine, 1 failure, 2 usage, 3 conflicts remain, 4 server unreachable.
      """,
    version: "0.1.0",
    subcommands: [
      CloneCommand.self, SyncCommand.self, StatusCommand.self, ListCommand.self,
      ShowCommand.self, SearchCommand.self, LogCommand.self, DiffCommand.self, NewCommand.self,
      EditCommand.self, DeleteCommand.self, DiscardCommand.self, ConflictsCommand.self,
      ResolveCommand.self, ExportCommand.self, SchemaCommand.self, VerifyCommand.self,
    ])
}
