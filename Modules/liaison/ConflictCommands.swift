import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonReplica
import LiaisonSync

struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts", abstract: "Shows each conflict with all its sides.",
    discussion: """
      Works without a network. Exits with 3 where there are any.

      Examples: liaison conflicts; liaison conflicts COMPACT
      """)
  @Argument(help: "One record's code or id; otherwise all.") var code: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let ids = try await code == nil ? nil : Set(replica.records(code ?? "").map(\.id))
    let conflicts = try await replica.conflicts().filter { ids?.contains($0.record.id) ?? true }
    let code = try await replica.codes(
      of: conflicts.reduce(into: []) {
        $0.formUnion($1.record.references)
      })
    if options.json {
      try Output.json(conflicts.map { ConflictView($0, code) })
    } else if conflicts.isEmpty {
      Output.line("no conflicts")
    }
    for conflict in conflicts where !options.json {
      Output.line(
        "\(Terminal.styled(conflict.record.code.text, .bold))  \(conflict.record.kind.name)")
      RecordText.sides(conflict, code).forEach { Output.line($0) }
    }
    if !conflicts.isEmpty { throw StatusExit(.conflicts) }
  }
}

struct ResolveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resolve", abstract: "Settles a conflict, without a network.",
    discussion: """
      What could be merged is merged. For what remains: --take for all of it, --field NAME --take … \
      for one field, or field=value. The next sync sends it.

      Examples:
        liaison resolve COMPACT --take theirs
        liaison resolve COMPACT --field un_entities --take ours
        liaison resolve COMPACT un_entities=40
      """)
  @Argument(help: "The record's code or id.") var code: String
  @Argument(help: "field=value …") var changes: [String] = []
  @Option(help: "ours, theirs or base; the n-th goes with the n-th --field, one more with all.")
  var take: [String] = []
  @Option(help: "A field that the --take after it is for.") var field: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let sides = try take.map { text in
      guard let side = Replica.Side(rawValue: text) else {
        throw Failure(
          "'\(text)' is not a side", advice: "--take ours, theirs or base", status: .usage)
      }
      return side
    }
    guard (field.count...field.count + 1).contains(sides.count) else {
      throw Failure(
        "\(field.count) --field need \(field.count) --take", status: .usage, code)
    }
    let takes = Dictionary(zip(field, sides)) { _, last in last }
    let replica = try await options.open()
    let records = try await replica.records(code)
    let record =
      if let inConflict = records.first(where: \.isConflict) { inConflict } else {
        try await replica.record(code)
      }
    let resolved = try await replica.resolve(
      record, take: sides.dropFirst(field.count).first, takes: takes,
      try changes.map { try Assignment($0) }, note: note)
    try await Written.report(resolved, replica, json: options.json, done: "resolved")
  }
}

extension Failure {
  fileprivate init(_ message: String, status: ExitStatus, _ code: String) {
    self.init(
      message, advice: "liaison resolve \(code) --field NAME --take theirs", status: status)
  }
}
