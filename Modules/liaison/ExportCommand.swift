import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import Synchronization

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Prints the records as JSON lines, as import reads them.",
    discussion: "Example: liaison export > register.jsonl")
  @Argument(help: "Only this kind.") var kind: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let kinds = try kind.map { [try replica.kind(named: $0)] } ?? replica.schema.kinds
    let progress = ProgressLine("exporting")
    let total = kind == nil ? try await replica.store.counts().records : nil
    var count = 0
    for kind in kinds {
      let found = Mutex<[Record]>([])
      try await replica.forEach(kind) { record in found.withLock { $0.append(record) } }
      let records = found.withLock { $0 }
      let code = try await replica.codes(
        of: records.reduce(into: []) { $0.formUnion($1.visible.state.references) })
      for record in records {
        try Output.jsonLine(RecordView(plain: record.visible.state, record.kind, code))
        count += 1
        progress.update(count, remaining: total.map { max(0, $0 - count) })
      }
    }
    progress.end()
  }
}

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Shows the kinds of records and their fields.")
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

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks every record's bytes against their name.",
    discussion: """
      Prints a digest over all of them: two copies with the same digest hold the same bytes.
      """)
  @OptionGroup var options: ReplicaOptions

  private struct Result: Encodable {
    let records: Int
    let digest: String
  }

  func run() async throws {
    let store = try options.store()
    let check = Mutex((count: 0, digest: RegisterDigest()))
    try await store.forEachHead { head in
      guard RevisionCodec().id(of: head.bytes) == head.id else {
        throw StoreError(.damaged, "the bytes of revision \(head.id.short) do not match its name")
      }
      check.withLock {
        $0.count += 1
        $0.digest.add(head.id)
      }
    }
    let (count, digest) = check.withLock { ($0.count, $0.digest.finish()) }
    if options.json { return try Output.json(Result(records: count, digest: digest)) }
    Output.line("\(count) records, digest \(digest)")
  }
}
