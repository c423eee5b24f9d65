internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Brings all that the register has of a record: what stands behind merges and resolutions, and earlier
/// heads that no pull has brought.
struct HistoryFetch: Sendable {
  let store: any ReplicaStore
  let coding: any RevisionCoding

  /// - Returns: the names of what the register has, and of what that was made from.
  /// - Throws: ``CallError``, also for a revision of another record.
  @discardableResult
  func bring(
    _ record: RecordID, from endpoint: any SyncEndpoint
  ) async throws -> Set<RevisionID> {
    let identity = try await store.identity()
    guard let register = identity.register, let cursor = identity.cursor else { return [] }
    let names = Mutex<Set<RevisionID>>([])
    let request = HistoryRequest(register: register, record: record, cursor: cursor)
    try await endpoint.history(request) { response in
      let entries = coding.file(response.revisions).entries
      guard entries.allSatisfy({ $0.revision.summary.record == record }) else {
        throw CallError.peerFault(.otherRecord)
      }
      let parents = try entries.flatMap { try Self.parents(of: $0.revision.bytes, coding) }
      names.withLock { $0.formUnion(entries.map(\.revision.id) + parents) }
      try await store.write(.repeatable) { transaction in
        try transaction.check(turns: identity.turns)
        let accepted = entries.filter { $0.position > .zero && $0.position <= cursor.position }
        try transaction.apply(accepted, through: cursor)
        for entry in entries where entry.position == .zero {
          try transaction.keep(entry.revision.encoded, of: record)
        }
      }
    }
    return names.withLock { $0 }
  }

  /// The names of what a revision was made from.
  static func parents(
    of bytes: [UInt8], _ coding: any RevisionCoding
  ) throws -> [RevisionID] {
    let revision = try coding.decode(bytes)
    return [revision.parent, revision.secondParent].compactMap(\.self)
  }
}
