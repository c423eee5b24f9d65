import Foundation
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import Synchronization
import TestSupport

/// Ids and revisions in a fixed order, so that a failure can be repeated.
final class Maker: Sendable {
  private let count = Mutex<Int64>(0)
  let codec = RevisionCodec()
  let office: OfficeID

  init(_ office: String = "VIE") throws {
    guard let office = OfficeID(office) else { throw Problem("not an office: \(office)") }
    self.office = office
  }

  func uuid() -> UUIDv7 {
    let time = count.withLock { count in
      count += 1
      return count
    }
    var random = SystemRandomNumberGenerator()
    return UUIDv7(milliseconds: 1_700_000_000_000 + time, random: &random)
  }

  func area(
    _ code: String, name: String = "An area", record: RecordID? = nil, parent: RevisionID? = nil,
    isDeleted: Bool = false
  ) throws -> (EncodedRevision, Revision) {
    guard let code = RecordCode(code), let kind = Schema.cooperationRegister.kind(named: "area") else {
      throw Problem("not a code: \(code)")
    }
    let state =
      isDeleted
      ? RecordState(code: code, content: .deleted)
      : RecordState(code: code, fields: [FieldNumber(1): .text(name)])
    let revision = Revision(
      record: record ?? RecordID(uuid()), kind: kind.number, parent: parent, state: state,
      origin: Origin(office: office, author: "A", time: Timestamp(milliseconds: 0)))
    return (try codec.encode(revision), revision)
  }

  func change(_ position: Int64, _ made: (EncodedRevision, Revision)) -> Change {
    Change(
      position: LogPosition(position), revision: made.0,
      summary: RevisionSummary(made.1))
  }

  func newEdit(
    _ made: (EncodedRevision, Revision), seen: RevisionID?, base: EncodedRevision? = nil,
    isResolution: Bool = false
  ) -> NewEdit {
    NewEdit(
      id: EditID(uuid()), summary: RevisionSummary(made.1), revision: made.0, seen: seen,
      base: base, isResolution: isResolution)
  }
}
