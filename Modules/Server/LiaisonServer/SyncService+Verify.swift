internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

extension SyncService {
  /// What a register holds, in two numbers.
  public struct Verification: Hashable, Sendable {
    public let records: Int
    /// Two copies with the same digest hold the same bytes.
    public let digest: String

    public init(records: Int, digest: String) {
      self.records = records
      self.digest = digest
    }
  }

  /// Checks the store, and every head's bytes against their name.
  /// - Throws: ``StoreError/damaged(_:)`` if something is not what it should be.
  public func verify() async throws -> Verification {
    try await log.checkIntegrity()
    let digest = Mutex(Digest(count: 0, digest: coding.newDigest()))
    let coding = coding
    try await log.forEachHead { head in
      guard coding.id(of: head.bytes) == head.id else {
        throw StoreError.damaged("the bytes of revision \(head.id.short) do not match its name")
      }
      digest.withLock { $0.add(head) }
    }
    return digest.withLock { Verification(records: $0.count, digest: $0.digest.finish()) }
  }

  private struct Digest {
    var count: Int
    var digest: any RegisterDigest

    mutating func add(_ head: EncodedRevision) {
      count += 1
      digest.add(head.id)
    }
  }
}
