import LiaisonTerminal
import LiaisonModel
import LiaisonReplica

/// What the commands that write print of a record.
enum Written {
  /// - Parameter done: what was done to it, where its state does not say so.
  static func report(
    _ record: Record, _ replica: Replica, json: Bool, done: String? = nil
  ) async throws {
    let code = try await replica.codes(of: record.references)
    if json { return try Output.json(RecordView(record, code)) }
    Output.line("\(record.code) \(record.kind.name): \(done ?? record.stateName)")
  }
}

/// An edit that is no more, as JSON.
struct Discarded: Encodable { let discarded: String }
