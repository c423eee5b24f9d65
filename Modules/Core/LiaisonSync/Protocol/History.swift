public import LiaisonModel

/// Asks for all that the register has of one record.
public struct HistoryRequest: Hashable, Sendable {
  public let version: UInt32
  public let register: RegisterID
  public let record: RecordID
  /// Where the caller stands in the log.
  public let cursor: Cursor

  public init(
    version: UInt32 = SyncProtocol.version, register: RegisterID, record: RecordID, cursor: Cursor
  ) {
    self.version = version
    self.register = register
    self.record = record
    self.cursor = cursor
  }
}

/// Some of a record's revisions, latest first. One that is no entry, because it stands behind a second
/// parent, has position 0.
public struct HistoryResponse: Hashable, Sendable {
  public let revisions: [Change]
  public init(revisions: [Change]) { self.revisions = revisions }
}
