internal import LiaisonModel
internal import LiaisonSync

/// A revision of a record that a replica has, whatever became of it.
struct KnownRevision {
  let id: RevisionID
  let revision: Revision
  let standing: Standing

  enum Standing: Hashable {
    /// This office's edit.
    case own(RecordPlace)
    /// The register has it, or has had it, as the record's head.
    case accepted
    /// What an office wrote, and a merge or a resolution has brought onto the head.
    case side
    /// The server has lost it, and takes it back when healing is open.
    case lost

    var text: String {
      switch self {
      case .own(let place): place.rawValue
      case .accepted: "accepted"
      case .side: "side"
      case .lost: KnownRevision.lost
      }
    }
  }

  static let lost = "lost"

  init(_ encoded: EncodedRevision, _ standing: Standing, _ coding: any RevisionCoding) throws {
    id = encoded.id
    revision = try coding.look(at: encoded).revision
    self.standing = standing
  }
}

extension Snapshot {
  /// All that the replica has of a record: its own edit, what the server has lost, the heads, latest first, and what stands behind
  /// second parents.
  func revisions(of record: Record) throws -> [KnownRevision] {
    let place = RecordPlace(record)
    let own = record.pending.map { [$0.amendment?.revision, $0.ours].compactMap(\.self) } ?? []
    let accepted =
      [record.stored.head].compactMap(\.self) + (try reader.history(of: record.id))
    let lost = try reader.lost().filter { $0.record == record.id }.map(\.revision)
    let names = Set(own.map(\.id) + accepted.map(\.id))
    let (missing, sides) = (
      lost.filter { !names.contains($0.id) },
      try reader.ancestors(of: record.id).filter { side in
        !names.contains(side.id) && !lost.contains { $0.id == side.id }
      }
    )
    return try own.map { try KnownRevision($0.encoded, .own(place), coding) }
      + missing.reversed().map { try KnownRevision($0, .lost, coding) }
      + accepted.map { try KnownRevision($0, .accepted, coding) }
      + sides.map { try KnownRevision($0, .side, coding) }
  }

  /// The revision of a record whose name begins like this.
  /// - Throws: ``ReplicaError/unknownRevision(_:_:)``, ``ReplicaError/ambiguousRevision(_:_:_:)``.
  func revision(_ name: String, of record: Record) throws -> KnownRevision {
    let name = name.lowercased()
    let found = try revisions(of: record).filter {
      name.count >= RevisionName.shortest && $0.id.description.hasPrefix(name)
    }
    guard let first = found.first else { throw ReplicaError.unknownRevision(record.code, name) }
    guard found.count == 1 else {
      throw ReplicaError.ambiguousRevision(record.code, name, found.map(\.id))
    }
    return first
  }
}

/// A record's code and the beginning of a revision's name, as a person writes them: `CODE@REVISION`.
struct RevisionName {
  /// Digits of a name that are taken for one.
  static let shortest = 4

  let record: String
  let revision: String?

  init(_ text: String) {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    record = String(parts[0])
    revision = parts.count > 1 ? String(parts[1]) : nil
  }
}
