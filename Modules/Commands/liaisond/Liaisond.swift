import ArgumentParser
import LiaisonExchange
import LiaisonGRPC
import LiaisonOperation
import LiaisonTerminal

@main
enum Main {
  static func main() async {
    await CommandMain.run(Liaisond.self, on: .server) { error in
      switch error {
      case let error as ImportError:
        Failure(error.description, advice: "liaisond import again when the line is mended")
      case let error as SchemaFileError:
        Failure("the schema file: \(error)", advice: "Mend the file, then the same command")
      case let error as ListenError: Failure(error)
      case let error as OperationPortTaken:
        Failure(error.description, advice: "another port, or 0 for any: --operations 127.0.0.1:0")
      default: nil
      }
    }
  }
}

extension Failure {
  fileprivate init(_ error: ListenError) {
    switch error {
    case .notLoopback:
      self.init(error.description, advice: "--listen 127.0.0.1:7401")
    case .cannotListen:
      self.init(
        error.description, advice: "another address or port, or 0 for any port: --listen ADDRESS:0")
    }
  }
}

struct Liaisond: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "liaisond",
    abstract: "Runs the central server of a cooperation register.",
    discussion: """
      A server orders what offices send and hands out what changed. To begin:

        liaisond init hq
        liaisond office add VIE --name "Vienna" -C hq
        liaisond import records.jsonl -C hq
        liaisond serve hq --listen 127.0.0.1:7401 &
        liaisond office invite VIE -C hq

      Exit codes: 0 fine, 1 failure, 2 usage.
      """,
    version: "0.1.0",
    subcommands: [
      InitCommand.self, OfficeCommand.self, ReplicaCommand.self, AuditCommand.self,
      ImportCommand.self,
      ServeCommand.self, ConfigCommand.self,
      StatusCommand.self, LogCommand.self, SchemaCommand.self, VerifyCommand.self,
      BackupCommand.self, RestoreCommand.self, HealCommand.self, MoveStoreCommand.self,
    ])
}
