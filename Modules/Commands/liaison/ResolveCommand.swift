import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

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
  @Option(help: "ours, theirs or base: for the --field before it, or for all that remains.")
  var take: [String] = []
  @Option(help: "A field that the --take after it is for.") var field: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let sides = try Sides(CommandLine.arguments, code)
    let replica = try await options.open()
    let records = try await replica.records(code)
    let record =
      if let inConflict = records.first(where: \.isConflict) { inConflict } else {
        try await replica.record(code)
      }
    let resolved = try await replica.resolve(
      record, take: sides.take, takes: sides.takes,
      try changes.map { try Assignment($0) }, note: note)
    try await Written.report(resolved, replica, json: options.json, done: "resolved")
  }
}

/// What stands, by the order in which a person wrote `--field` and `--take`.
private struct Sides {
  var take: Replica.Side?
  var takes: [String: Replica.Side] = [:]

  init(_ arguments: [String], _ code: String) throws {
    let advice = "liaison resolve \(code) --field NAME --take theirs"
    var open: [String] = []
    var rest = arguments.flatMap { argument -> [String] in
      guard let prefix = ["--take=", "--field="].first(where: argument.hasPrefix) else {
        return [argument]
      }
      return [String(prefix.dropLast()), String(argument.dropFirst(prefix.count))]
    }[...]
    while let word = rest.popFirst() {
      if word == "--field", let name = rest.popFirst() { open.append(name) }
      guard word == "--take", let text = rest.popFirst() else { continue }
      guard let side = Replica.Side(rawValue: text) else {
        throw Failure(
          "'\(text)' is not a side", advice: "--take ours, theirs or base", status: .usage)
      }
      if open.isEmpty {
        guard take == nil else {
          throw Failure("two --take without a --field", advice: advice, status: .usage)
        }
        take = side
      }
      for name in open { takes[name] = side }
      open = []
    }
    guard open.isEmpty else {
      throw Failure("--field \(open[0]) has no --take after it", advice: advice, status: .usage)
    }
  }
}
