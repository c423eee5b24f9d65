import LiaisonModel
import LiaisonSync
import TestSupport

/// Every revision that anybody has encoded in a history, by its name: what the oracles look things up
/// in, whatever became of it.
// Unchecked: one history runs on one thread, see Turns.
final class Revisions: @unchecked Sendable {
  private(set) var all: [RevisionID: Revision] = [:]
  /// Those that a merge or a resolution made of a revision, in the order in which they were made.
  private(set) var made: [RevisionID: [RevisionID]] = [:]

  func add(_ revision: Revision, _ name: RevisionID) {
    guard all.updateValue(revision, forKey: name) == nil else { return }
    if let second = revision.secondParent { made[second, default: []].append(name) }
  }

  subscript(name: RevisionID?) -> Revision? { name.flatMap { all[$0] } }
}

/// One replica's coding, the plain one or the wire's: it notes what it has encoded and reads it from there.
// Unchecked: one history runs on one thread, see Turns.
final class SimulatedCoding: RevisionCoding, @unchecked Sendable {
  private let inner: any RevisionCoding
  let revisions: Revisions
  private let plant: Plant?
  let newEdit: @Sendable () -> EditID
  /// Whether the replica's program is a newer one: each record that it writes gets a field that the
  /// others do not know.
  var isNewer = false
  /// Whether it reads what the newest programs write as something that it knows: as a server does, which is
  /// never older.
  var knowsAll = false

  init(
    _ inner: any RevisionCoding, _ revisions: Revisions, _ plant: Plant?,
    newEdit: @escaping @Sendable () -> EditID
  ) {
    (self.inner, self.revisions, self.plant, self.newEdit) = (inner, revisions, plant, newEdit)
  }

  func encode(_ revision: Revision) throws -> FiledRevision {
    let written = inItsVersion(revision)
    let filed = try inner.encode(written)
    revisions.add(written, filed.id)
    return filed
  }

  private func inItsVersion(_ revision: Revision) -> Revision {
    var state = revision.state
    if isNewer, revision.parent == nil, state.unknown.isEmpty {
      // Its length in front, as the wire has it.
      let bytes = [UInt8(revision.note.utf8.count)] + Array(revision.note.utf8)
      state.unknown = [UnknownField(number: 1000, wireType: 2, bytes: bytes)]
    } else if plant == .unknownDropped, revision.secondParent == nil {
      state.unknown = []
    } else {
      return revision
    }
    return Revision(
      record: revision.record, kind: revision.kind, parent: revision.parent,
      secondParent: revision.secondParent, state: state, origin: revision.origin)
  }

  func decode(_ bytes: [UInt8]) throws -> Revision {
    let revision = try revisions[id(of: bytes)] ?? inner.decode(bytes)
    guard knowsAll else { return revision }
    var state = revision.state
    state.unknown = []
    return Revision(
      record: revision.record, kind: revision.kind, parent: revision.parent,
      secondParent: revision.secondParent, state: state, origin: revision.origin)
  }

  func summary(of bytes: [UInt8]) throws -> RevisionSummary { RevisionSummary(try decode(bytes)) }

  func file(_ changes: [Change]) -> FiledChanges { inner.file(changes) }

  func id(of bytes: [UInt8]) -> RevisionID { inner.id(of: bytes) }

  func newDigest() -> any RegisterDigest { inner.newDigest() }
}
