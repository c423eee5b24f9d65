import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Shows the kinds of records and their fields.",
    discussion: "Examples: liaison schema; liaison schema engagement")
  @Argument(help: "One kind.") var kind: String?
  @OptionGroup var options: ReplicaOptions

  private struct Item: Encodable {
    let kind: String
    let field: String
    let type: String
    let required: Bool
  }

  func run() async throws {
    let replica = try await options.open()
    let kinds = try kind.map { [try replica.kind(named: $0)] } ?? replica.schema.kinds
    let items = kinds.flatMap { kind in
      kind.fields.map {
        Item(
          kind: kind.name, field: $0.name, type: $0.type.article, required: $0.isRequired)
      }
    }
    if options.json { return try Output.json(items) }
    Output.table(
      ["KIND", "FIELD", "REQUIRED", "HOLDS"],
      items.map { [$0.kind, $0.field, $0.required ? "yes" : "", $0.type] })
  }
}
