public import LiaisonModel

/// A log's cursors, one made from the other:
/// `prefix(n) = SHA-256(prefix(n−1) ‖ SHA-256(entry n))`, and `prefix(0)` is the SHA-256 of the
/// register's id. An entry's hash is the name of its revision or schema.
public struct LogChain: Sendable {
  private let hashing: any Hashing
  /// The cursor of the last entry.
  public private(set) var end: Cursor

  /// The chain of a register, before its first entry.
  public init(of register: RegisterID, _ hashing: any Hashing) {
    let prefix = LogPrefix(hashing.id(of: register.bytes))
    self.init(from: Cursor(position: .zero, prefix: prefix), hashing)
  }

  /// The chain as it goes on behind an entry.
  public init(from end: Cursor, _ hashing: any Hashing) {
    self.end = end
    self.hashing = hashing
  }

  /// The chain as it goes on behind another entry.
  public func moved(to end: Cursor) -> LogChain { LogChain(from: end, hashing) }

  /// - Returns: the cursor of the entry.
  @discardableResult
  public mutating func append(_ name: RevisionID) -> Cursor {
    let prefix = hashing.prefix(after: end.prefix, name)
    end = Cursor(position: end.position.next, prefix: prefix)
    return end
  }
}
