internal import LiaisonModel
public import LiaisonSync

// What a person at an office asks.
extension Replica {
  public func status() async throws -> StatusView {
    try await read { snapshot in
      let pending = try snapshot.pending()
      let codes = try snapshot.codes(of: pending.references)
      return StatusView(
        snapshot.identity, try snapshot.reader.counts(), pending.map { RecordView($0, codes) },
        lost: try snapshot.lost { _ in true })
    }
  }

  /// The records with a code or an id; one as it was in a revision, if it is followed by `@` and the
  /// beginning of the revision's name.
  public func show(_ reference: String) async throws -> [ShowView] {
    try await read { snapshot in
      let name = RevisionName(reference)
      if let revision = name.revision {
        return [try snapshot.show(try snapshot.record(name.record), at: revision)]
      }
      let records = try snapshot.records(reference)
      let codes = try snapshot.codes(of: records.references)
      return try records.map {
        ShowView(
          record: RecordView($0, codes), labels: $0.kind.current.map(\.label),
          conflict: try snapshot.conflict(of: $0).map { ConflictView($0, codes) })
      }
    }
  }

  /// What was edited here and is not accepted yet, of one record or of all.
  public func diff(_ reference: String? = nil) async throws -> [DiffItem] {
    try await read { snapshot in
      let chosen = try reference.map { try snapshot.record($0).id }
      let pending = try snapshot.pending().filter { chosen == nil || $0.id == chosen }
      let codes = try snapshot.codes(of: pending.references)
      return pending.flatMap { DiffItem.all(of: $0, codes) }
    }
  }

  /// The conflicts, of one record or all, in the order of the outbox.
  public func conflicts(_ reference: String? = nil) async throws -> [ConflictView] {
    try await read { snapshot in
      let chosen = try reference.map { Set(try snapshot.records($0).map(\.id)) }
      let records = try snapshot.pending().filter {
        $0.isConflict && chosen?.contains($0.id) ?? true
      }
      let codes = try snapshot.codes(of: records.references)
      return try records.compactMap { record in
        try snapshot.conflict(of: record).map { ConflictView($0, codes) }
      }
    }
  }

  /// The register's kinds: one, or all.
  /// - Throws: ``ReplicaError/unknownKind(_:known:)``.
  public func schema(_ kind: String? = nil) async throws -> SchemaView {
    try await read { snapshot in
      SchemaView(schema: snapshot.schema, kind: try kind.map { try snapshot.kind(named: $0) })
    }
  }

  /// Checks the store, the bytes of every revision against their name, and what its record is filed under.
  /// - Throws: ``StoreError/damaged(_:)`` if something is not what it should be.
  public func verify() async throws -> Verification {
    try await store.checkIntegrity()
    return try await store.read { [coding = environment.coding] reader in
      func check(_ revision: EncodedRevision) throws {
        guard coding.id(of: revision.bytes) == revision.id else {
          throw StoreError.damaged(
            "the bytes of revision \(revision.id.short) do not match its name")
        }
      }
      var verifier = Verifier(coding)
      try reader.forEachRevision { try verifier.add($0) }
      for standing in try reader.outbox() {
        guard let pending = try reader.record(standing.record)?.pending else { continue }
        for ours in [pending.ours, pending.amendment?.revision].compactMap(\.self) {
          try check(ours.encoded)
          guard try coding.summary(of: ours.bytes) == ours.summary else {
            throw StoreError.damaged("the edit \(ours.id.short) is filed as something else")
          }
        }
        if let base = pending.base { try check(base) }
      }
      return try verifier.finish()
    }
  }
}

extension Snapshot {
  fileprivate func show(_ record: Record, at name: String) throws -> ShowView {
    let known = try revision(name, of: record)
    let codes = try codes(of: known.revision.state.references)
    return ShowView(
      record: RecordView(record, at: known, codes), labels: record.kind.current.map(\.label),
      conflict: nil)
  }
}

extension [Record] {
  var references: Set<RecordID> { reduce(into: []) { $0.formUnion($1.references) } }
}
