internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Brings all that the register has of a record: what stands behind merges and resolutions, and earlier
/// heads that no pull has brought.
struct HistoryFetch: Sendable {
  let store: any ReplicaStore
  let environment: ReplicaEnvironment

  private var coding: any RevisionCoding { environment.coding }

  /// No header says which protocol the server speaks: the newest is asked for first.
  /// - Returns: the record's entries in the register.
  /// - Throws: ``CallError``, also for a revision of another record.
  @discardableResult
  func bring(
    _ record: RecordID, from endpoint: any SyncEndpoint
  ) async throws -> [Entry] {
    let identity = try await store.identity()
    guard let register = identity.register, let cursor = identity.cursor else { return [] }
    let all = Mutex<[Entry]>([])
    try await history(of: record, register, cursor, endpoint) { [coding] response in
      let entries = coding.file(response.revisions).entries
      guard entries.allSatisfy({ $0.revision.summary.record == record }) else {
        throw CallError.peerFault(.otherRecord)
      }
      all.withLock { $0 += entries.filter { $0.position > .zero } }
      try await store.write(.repeatable) { transaction in
        try transaction.check(turns: identity.turns)
        let accepted = entries.filter { $0.position > .zero && $0.position <= cursor.position }
        try transaction.apply(accepted, through: cursor)
        for entry in entries where entry.position == .zero {
          try transaction.keep(entry.revision.encoded, of: record)
        }
      }
    }
    return all.withLock { $0 }
  }

  private func history(
    of record: RecordID, _ register: RegisterID, _ cursor: Cursor, _ endpoint: any SyncEndpoint,
    receive: @escaping @Sendable (HistoryResponse) async throws -> Void
  ) async throws {
    for version in environment.protocols.reversed() {
      do {
        return try await CallError.onceMore {
          try await endpoint.history(
            HistoryRequest(version: version, register: register, record: record, cursor: cursor),
            receive: receive)
        }
      } catch CallError.otherProtocol where version > environment.protocols.lowerBound {
        continue
      }
    }
  }

  /// The names of what a revision was made from.
  static func parents(
    of bytes: [UInt8], _ coding: any RevisionCoding
  ) throws -> [RevisionID] {
    let revision = try coding.decode(bytes)
    return [revision.parent, revision.secondParent].compactMap(\.self)
  }
}
