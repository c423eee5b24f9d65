internal import GRDB
public import LiaisonFolder
public import LiaisonModel
public import LiaisonSync

/// The replica of a clone that is under way: made anew, or taken over from one that was killed before
/// anything had come. Nobody else syncs it as long as this has its lock.
public struct NewReplica: Sendable {
  public let store: SQLiteReplicaStore
  /// The folder's, from before it has a database.
  public let lock: DirectoryLock
  private let folder: NewFolder
  private let office: OfficeID

  /// - Parameter holder: who clones, for the message that another process prints.
  /// - Throws: ``StoreError/exists(_:)`` if the folder holds anything else, ``StoreError/locked(by:)`` if
  ///   another process is at work in it, any ``StoreError`` if it cannot be made.
  public init(
    _ directory: DataDirectory, office: OfficeID, address: String, holder: String,
    coding: any SchemaCoding
  ) throws {
    let isLeft = directory.exists
    self.office = office
    folder = isLeft ? NewFolder(takingOver: directory) : try NewFolder(directory)
    lock = try folder.lock(holder: holder)
    if !isLeft { try SQLiteReplicaStore.fill(folder, office: office, address: address) }
    store = try SQLiteReplicaStore(directory, coding: coding, under: lock)
    guard try !isLeft || store.isTakenOver(by: office, address: address) else {
      throw directory.notEmpty
    }
  }

  /// Takes the replica back, and the folder with it unless that was there before. What has received
  /// anything, or somebody has written into, stays.
  /// - Returns: whether it is gone.
  /// - Throws: ``StoreError``, among them ``StoreError/io(_:)`` if something else was put into the
  ///   folder.
  public func takeBack() throws -> Bool {
    defer { withExtendedLifetime(lock) {} }
    return try Databases.guarding {
      // Seen to be empty and removed in one transaction: nobody writes in between.
      try store.queue.write { db in
        let replica = ReplicaTable(db: db)
        guard try replica.isUntouched(of: office) else { return false }
        // Whoever has the file open finds no replica in it from now on.
        try replica.remove()
        try folder.remove()
        return true
      }
    }
  }
}

extension SQLiteReplicaStore {
  /// - Returns: false if it is another office's, has received anything, or somebody has written into it.
  fileprivate func isTakenOver(by office: OfficeID, address: String) throws -> Bool {
    try Databases.guarding {
      try queue.write { db in
        let replica = ReplicaTable(db: db)
        guard try replica.isUntouched(of: office) else { return false }
        try replica.setAddress(address)
        return true
      }
    }
  }
}
