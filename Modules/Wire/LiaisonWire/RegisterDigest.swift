internal import Crypto
public import LiaisonModel

/// One number for all that a register holds: SHA-256 over the names of all heads, in the order of
/// their records' ids. Two copies with the same digest hold the same bytes.
public struct RegisterDigest {
  private var hash = SHA256()

  public init() {}

  public mutating func add(_ head: RevisionID) { hash.update(data: head.bytes) }

  /// 64 hexadecimal digits.
  public func finish() -> String {
    RevisionID(Array(hash.finalize()))?.description ?? ""
  }
}
