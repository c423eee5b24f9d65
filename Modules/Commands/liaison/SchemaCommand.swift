import ArgumentParser
import LiaisonExchange
import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Shows the kinds of records and their fields.",
    discussion: "Examples: liaison schema; liaison schema engagement")
  @Argument(help: "One kind.") var kind: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let view = try await options.replica().schema(kind)
    if options.json {
      let text =
        view.kind.map { SchemaFile.print($0, of: view.schema) } ?? SchemaFile.print(view.schema)
      return Output.text(text)
    }
    Output.table(
      ["KIND", "FIELD", "REQUIRED", "HOLDS"],
      view.kinds.flatMap { kind in
        kind.current.map {
          [kind.name, $0.name, $0.isRequired ? "yes" : "", $0.type.article]
        }
      })
  }
}
