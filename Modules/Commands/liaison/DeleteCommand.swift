import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Deletes a record; its history stays.",
    discussion: "Example: liaison delete VIE-2026-0012 --note \"entered twice\"")
  @Argument(help: "The record's code or id.") var code: String
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @Flag(help: "Also where other records refer to it: they go on naming it.") var force = false
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let (record, deleted) = try await Retry.whereChanged {
      let record = try await replica.record(code)
      return (record, try await replica.delete(record, note: note, isForced: force))
    }
    if let deleted {
      try await Written.report(deleted, replica, json: options.json)
    } else if options.json {
      try Output.json(Discarded(discarded: record.code.text))
    } else {
      Output.line("\(record.code) \(record.kind.name): discarded, it was never sent")
    }
  }
}
