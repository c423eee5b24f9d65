/// Why a call of a sync round failed as a whole. What became of one edit is a ``Verdict``.
public struct SyncError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable {
      case unreachable, unknownOffice, otherRegister, otherLineage, otherProtocol, peerFault
      case tooManyRounds, unavailable, tooLarge, interrupted
    }
    private let name: Name
    /// No server answers at the address, or it went away in the middle.
    public static let unreachable = Code(name: .unreachable)
    /// The server does not know the calling office.
    public static let unknownOffice = Code(name: .unknownOffice)
    /// The server holds another register than the replica.
    public static let otherRegister = Code(name: .otherRegister)
    /// The server's log was restored from a backup since the replica's last sync.
    public static let otherLineage = Code(name: .otherLineage)
    /// The two sides speak different versions of the protocol.
    public static let otherProtocol = Code(name: .otherProtocol)
    /// The other side sent what the protocol does not allow.
    public static let peerFault = Code(name: .peerFault)
    /// Other offices' edits kept arriving first.
    public static let tooManyRounds = Code(name: .tooManyRounds)
    /// The server's store cannot answer now.
    public static let unavailable = Code(name: .unavailable)
    /// A message is larger than the other side takes.
    public static let tooLarge = Code(name: .tooLarge)
    /// A person or a signal stopped it.
    public static let interrupted = Code(name: .interrupted)
  }

  public let code: Code
  public let message: String
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  public var description: String { message }
}

/// Why a store could not do what it was asked. Nothing of the failed transaction remains.
public struct StoreError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable { case locked, full, newer, damaged, missing, exists, changed, io }
    private let name: Name
    /// Another process holds the store.
    public static let locked = Code(name: .locked)
    /// The disk is full.
    public static let full = Code(name: .full)
    /// A newer version wrote the store.
    public static let newer = Code(name: .newer)
    /// The store's file is not what it should be.
    public static let damaged = Code(name: .damaged)
    /// There is no store in the folder.
    public static let missing = Code(name: .missing)
    /// There is one already.
    public static let exists = Code(name: .exists)
    /// What was to be changed has changed in the meantime.
    public static let changed = Code(name: .changed)
    /// The system refused to read or write.
    public static let io = Code(name: .io)
  }

  public let code: Code
  public let message: String
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  public var description: String { message }
}
