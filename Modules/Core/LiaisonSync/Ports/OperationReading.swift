public import LiaisonModel

/// What a register's store tells those who run a server of it. A port.
public protocol OperationReading: Sendable {
  /// Reads it as it is at one moment. How many queries that takes does not depend on what the register holds.
  /// - Throws: ``StoreError``; `.newer` if its schema is newer than this version.
  func operation() async throws -> OperationFacts
}

/// What a register's store tells at one moment.
public struct OperationFacts: Hashable, Sendable {
  public let register: RegisterID
  /// Where the log ends.
  public let head: LogPosition
  public let schemaVersion: UInt32
  public let isHealing: Bool
  /// Revisions that stand behind others and are not here.
  public let missing: Int
  /// In the order of their offices and numbers.
  public let replicas: [SeenReplica]
  /// The last backup that was opened and held against the log; nil if there has been none.
  public let backup: ProvenBackup?
  /// Where the register is now, if it was moved away from this store.
  public let movedTo: String?

  public init(
    register: RegisterID, head: LogPosition, schemaVersion: UInt32, isHealing: Bool, missing: Int,
    replicas: [SeenReplica], backup: ProvenBackup?, movedTo: String? = nil
  ) {
    self.register = register
    self.head = head
    self.schemaVersion = schemaVersion
    self.isHealing = isHealing
    self.missing = missing
    self.replicas = replicas
    self.backup = backup
    self.movedTo = movedTo
  }
}

/// A replica, and what was last seen of it; nil if it has never called.
public struct SeenReplica: Hashable, Sendable {
  public let replica: EnrolledReplica
  public let sighting: ReplicaSighting?

  public init(_ replica: EnrolledReplica, _ sighting: ReplicaSighting?) {
    self.replica = replica
    self.sighting = sighting
  }

  /// When it last pulled or pushed.
  public var synced: Timestamp? {
    [sighting?.pulled, sighting?.pushed].compactMap(\.self).max()
  }

  /// How many entries of the log it has not been sent.
  public func lag(behind head: LogPosition) -> Int64 {
    max(0, head.number - (sighting?.sent.number ?? 0))
  }
}

/// A backup that was opened and held against the log.
public struct ProvenBackup: Hashable, Sendable {
  public let time: Timestamp
  /// Where its log ends.
  public let position: LogPosition
  /// The name of its file.
  public let file: String

  public init(time: Timestamp, position: LogPosition, file: String) {
    self.time = time
    self.position = position
    self.file = file
  }
}
