internal import LiaisonModel
internal import LiaisonSync

/// Brings all that the register has of a record: what stands behind merges and resolutions, and earlier
/// heads that no pull has brought.
struct HistoryFetch: Sendable {
  let store: any ReplicaStore
  let coding: any RevisionCoding

  /// - Throws: ``CallError``, also for a revision of another record.
  func bring(_ record: RecordID, from endpoint: any SyncEndpoint) async throws {
    let identity = try await store.identity()
    guard let register = identity.register, let cursor = identity.cursor else { return }
    let request = HistoryRequest(register: register, record: record, cursor: cursor)
    try await endpoint.history(request) { response in
      let entries = coding.file(response.revisions).entries
      guard entries.allSatisfy({ $0.revision.summary.record == record }) else {
        throw CallError.peerFault(.otherRecord)
      }
      try await store.write(.repeatable) { transaction in
        let accepted = entries.filter { $0.position > .zero && $0.position <= cursor.position }
        try transaction.apply(accepted, through: cursor)
        for entry in entries where entry.position == .zero {
          try transaction.keep(entry.revision.encoded, of: record)
        }
      }
    }
  }
}
