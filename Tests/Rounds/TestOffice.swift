import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync

/// One office with its replica.
struct TestOffice: Sendable {
  let id: OfficeID
  let store: SQLiteReplicaStore
  /// Where its replica is kept.
  let folder: String
  let link: any Link
  let environment: ReplicaEnvironment

  var replica: Replica { Replica(store: store, environment: environment) }

  /// The same office on another line.
  func on(_ link: any Link) -> TestOffice {
    TestOffice(id: id, store: store, folder: folder, link: link, environment: environment)
  }

  @discardableResult
  func sync(retriesAll: Bool = false) async throws -> SyncReport {
    try await replica.sync(
      over: link.connector(for: id), at: "127.0.0.1:1", retriesAll: retriesAll)
  }

  @discardableResult
  func new(_ kind: String, _ fields: String..., note: String = "") async throws -> RecordView {
    try await replica.create(kind, fields.map { try Assignment($0) }, note: note)
  }

  @discardableResult
  func edit(_ code: String, _ changes: String..., note: String = "") async throws -> RecordView {
    try await replica.edit(code, changes.map { try Assignment($0) }, note: note)
  }

  @discardableResult
  func resolve(
    _ code: String, take: Side?, parts: [String: Side] = [:], _ changes: String...,
    note: String = ""
  ) async throws -> RecordView {
    try await replica.resolve(
      code,
      Choice(rest: take, parts: parts, assignments: try changes.map { try Assignment($0) }),
      note: note)
  }

  func conflicts() async throws -> [ConflictView] { try await replica.conflicts() }

  /// What waits in the outbox, oldest first.
  func pending() async throws -> [RecordView] { try await replica.status().pending }

  /// The text of a field as this office sees it; nil if it holds nothing.
  func value(_ code: String, _ field: String) async throws -> String? {
    try await replica.show(code).first?.record[field]?.text
  }

  func digest() async throws -> String { try await replica.verify().digest }

  /// The codes of the records that the register is known to hold.
  func heads() async throws -> Set<String> {
    let coding = environment.coding
    return try await store.read { reader in
      var codes: Set<String> = []
      try reader.forEachRevision { kept in
        if kept.filed != nil { codes.insert(try coding.summary(of: kept.encoded.bytes).code.text) }
      }
      return codes
    }
  }
}
