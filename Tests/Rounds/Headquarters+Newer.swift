import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport

extension Headquarters {
  /// Appends what a newer server would have accepted.
  func write(
    _ record: RecordID, _ kind: KindNumber, _ state: RecordState, over head: Revision? = nil,
    seed: UInt64
  ) async throws {
    let codec = RevisionCodec()
    let parent = try head.map { try codec.encode($0).id }
    guard let office = OfficeID("NYC") else { throw Problem("no office") }
    try await append(
      codec.encode(
        Revision(
          record: record, kind: kind, parent: parent, state: state,
          origin: Origin(office: office, author: "Newer", time: Timestamp(milliseconds: 1)))),
      seed: seed)
  }

  func append(_ filed: FiledRevision, seed: UInt64) async throws {
    var random = Seeded(seed)
    let decision = CommitDecision(
      edit: EditID(UUIDv7(milliseconds: Int64(seed), random: &random)),
      action: .append(LogAddition(filed, links: nil)))
    _ = try await log.commit(CommitQuestion()) { _ in [decision] }
  }
}
