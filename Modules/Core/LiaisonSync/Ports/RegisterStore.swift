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

  /// Calls `moved` when another server may have committed, until its task is cancelled.
  func watchHead(_ moved: @escaping @Sendable () -> Void) async throws
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
