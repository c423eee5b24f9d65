import ArgumentParser
import LiaisonTerminal
import LiaisonServer

@main
enum Main {
  static func main() async {
    await CommandMain.run(Liaisond.self) { error in
      switch error {
      case let error as ImportError:
        Failure(error.description, advice: "liaisond import again when the line is mended")
      case let error as ServerError where error.code == .notLoopback:
        Failure(error.message, advice: "--listen 127.0.0.1:7401")
      case let error as ServerError where error.code == .badAddress:
        Failure(error.message, advice: "--listen 127.0.0.1:7401", status: .usage)
      case let error as ServerError:
        Failure(error.message, advice: "another port, or 0 for any: --listen 127.0.0.1:0")
      default: nil
      }
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
        liaisond serve hq --listen 127.0.0.1:7401

      Exit codes: 0 fine, 1 failure, 2 usage.
      """,
    version: "0.1.0",
    subcommands: [
      InitCommand.self, OfficeCommand.self, ImportCommand.self, ServeCommand.self,
      StatusCommand.self, VerifyCommand.self,
    ])
}
