internal import LiaisonModel
public import LiaisonSync

/// An office's copy of the register: every use case is a method. All but a sync works without a
/// network.
///
/// Each method reads, or reads and writes, in one transaction: nothing that another process does can
/// come between the two. Its errors are ``ReplicaError`` for what a person can mend, ``StoreError``,
/// ``CodingError`` for a revision that cannot be read, and for a sync ``CallError``.
public struct Replica: Sendable {
  let store: any ReplicaStore
  let environment: ReplicaEnvironment

  public init(store: any ReplicaStore, environment: ReplicaEnvironment) {
    self.store = store
    self.environment = environment
  }

  /// Whose replica it is, of which register, and where it stands.
  public func identity() async throws -> ReplicaIdentity { try await store.identity() }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (Snapshot) throws -> Result
  ) async throws -> Result {
    do {
      try await mergeMoved()
    } catch StoreError.io, StoreError.full, StoreError.locked {
      // Whoever cannot write now, or never can, as on a full disk, is shown what is there.
    }
    return try await store.read { [coding = environment.coding] reader in
      try body(try Snapshot(reader, coding: coding))
    }
  }

  /// Merges the edits whose head has moved. A sync that broke between its pull and its merge has left
  /// them; until then nobody would see that they are in conflict.
  func mergeMoved() async throws {
    try await OutboxKeeper(store: store, environment: environment).mergeMoved()
  }
}
