internal import LiaisonModel
public import LiaisonSync

// What a record was, and what it becomes again.
extension Replica {
  /// The revisions of a record that this replica has, latest first.
  /// - Parameter withChanges: whether each says what it changed.
  public func history(
    of reference: String, withChanges: Bool = false
  ) async throws -> [HistoryItem] {
    try await read { snapshot in
      try HistoryItem.all(
        of: try snapshot.record(reference), in: snapshot, withChanges: withChanges)
    }
  }

  /// Brings all that the register has of a record: what stands behind merges and resolutions, and earlier
  /// heads that no pull has brought.
  /// - Throws: ``CallError``, also for a revision of another record.
  public func fetchHistory(of reference: String, over connector: any SyncConnector) async throws {
    let record = try await read { try $0.record(reference).id }
    _ = try await connector.connecting { [store, environment] endpoint in
      try await HistoryFetch(store: store, environment: environment).bring(record, from: endpoint)
    }
  }

  /// What differs between two revisions of a record; between one and what this office sees now, if only
  /// one is named.
  /// - Throws: ``ReplicaError/unknownRevision(_:_:)``, ``ReplicaError/ambiguousRevision(_:_:_:)``.
  public func diff(
    _ reference: String, from first: String, to second: String? = nil
  ) async throws -> [DiffItem] {
    try await read { snapshot in
      let record = try snapshot.record(reference)
      let before = try snapshot.revision(first, of: record).revision.state
      let after =
        try second.map { try snapshot.revision($0, of: record).revision.state }
        ?? record.visible.state
      let codes = try snapshot.codes(of: before.references.union(after.references))
      return DiffItem.all(before, after, record.kind, codes)
    }
  }

  /// Makes a record again what it was in one of its revisions, also one that is deleted: a new edit.
  /// - Throws: ``ReplicaError``, among them ``ReplicaError/invalid(kind:_:)`` if the schema no longer
  ///   allows what it was.
  public func restore(
    _ reference: String, to name: String, note: String = ""
  ) async throws -> RecordView {
    try await write(note) { editor in
      let record = try editor.snapshot.record(reference)
      guard !record.isConflict else { throw ReplicaError.inConflict(record.code) }
      let state = try editor.snapshot.revision(name, of: record).revision.state
      guard !state.isDeleted else { throw ReplicaError.deletedRevision(record.code, name) }
      guard state != record.visible.state else { throw ReplicaError.unchanged(record.code) }
      if state.code != record.code || record.isDeleted {
        try editor.snapshot.checkCode(state.code, of: record.id)
      }
      return try editor.save(
        record.successor(state, editor.origin), record.kind, over: record, as: .restore)
    }
  }
}
