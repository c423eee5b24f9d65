public import LiaisonModel

/// All that a server keeps of a register: its log, who may call, and what it proves with who it is. A port; each
/// call throws ``StoreError``.
public protocol RegisterStore: ChangeLog, ReplicaRoster, OperationReading {
  /// - Throws: ``StoreError/missing(_:)`` if the register has no authority.
  func standing() async throws -> Standing

  /// Adds to the names and addresses that the server is called by.
  func add(hosts: [String]) async throws

  /// Says where the server listens.
  func setPort(_ port: Int) async throws

  /// How many records have an entry up to a position.
  func records(through position: LogPosition) async throws -> Int

  /// Hands over the head that each record had at a position, in the order of the records' ids.
  func forEachHead(
    at position: LogPosition, _ body: @escaping @Sendable (RevisionID) throws -> Void
  ) async throws

  /// Lets `body` read all that the store holds, as it is at one moment, while others go on.
  func whole<Result: Sendable>(
    _ body: @escaping @Sendable (any RegisterReading) throws -> Result
  ) async throws -> Result

  /// Lets `body` read all that the store holds while nobody changes it, and gives the register up to another
  /// place: from then on nothing is written here, and a store that was opened before is told so.
  /// - Parameters:
  ///   - place: where it goes to; nothing secret.
  ///   - isForced: also if it has been given up to another place, which then must never be served.
  ///   - entry: noted in the audit log, and among what `body` reads.
  /// - Throws: ``StoreError/moved(to:)`` if it has been given up to another place; what `body` throws, and then
  ///   it is not given up. If the store fails only when it is to keep that, it may be given up or not:
  ///   ``OperationFacts/movedTo`` tells.
  func giveUp<Result: Sendable>(
    to place: String, isForced: Bool, noting entry: AuditEntry,
    _ body: @escaping @Sendable (any RegisterReading) throws -> Result
  ) async throws -> Result

  /// Calls `moved` when another server may have committed, until its task is cancelled.
  func watchHead(_ moved: @escaping @Sendable () -> Void) async throws
}

/// What a register is opened for.
public enum RegisterAccess: Hashable, Sendable {
  /// Also where nothing can be written, as on a full disk, or where the register was before it moved.
  case reading
  case writing
}

/// The register's authority, and where its server is called.
public struct Standing: Hashable, Sendable {
  /// X.509 and PKCS #8 in DER.
  public let certificate, key: [UInt8]
  /// The first one is what invitations name.
  public let hosts: [String]
  /// Where the server listened last; 0 if it has not.
  public let port: Int

  public init(certificate: [UInt8], key: [UInt8], hosts: [String], port: Int = 0) {
    self.certificate = certificate
    self.key = key
    self.hosts = hosts
    self.port = port
  }
}
