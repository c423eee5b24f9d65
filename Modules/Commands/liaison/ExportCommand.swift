import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization

struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Prints the records as JSON lines, as import reads them.",
    discussion: """
      As this office sees them: with its own edits, also those that are not accepted yet.

      Example: liaison export > register.jsonl
      """)
  @Argument(help: "Only this kind.") var kind: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let kind = try kind.map { try replica.kind(named: $0) }
    let progress = ProgressLine("exporting", isWanted: Terminal.columns == nil)
    let total = kind == nil ? try await replica.store.recordCount() : nil
    let count = Mutex(0)
    try await replica.forEach(kind) { record, code in
      var state = record.visible.state
      guard !state.isDeleted else { return }
      // What only a newer schema knows has no name that import could read.
      state.content = .fields(state.fields.filter { record.kind.field($0.key) != nil })
      try Output.jsonLine(RecordView(plain: state, record.kind, code))
      let done = count.withLock { count in
        count += 1
        return count
      }
      progress.update(done, remaining: total.map { max(0, $0 - done) })
    }
    progress.end()
  }
}
