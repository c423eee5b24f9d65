internal import GRPCCore
internal import LiaisonSync
internal import LiaisonWire
internal import Synchronization

/// Packs the messages of pulls. What comes to the end of the log goes to every follower: it is packed
/// once for those to whom it goes one after the other.
struct PullSerializer: MessageSerializer {
  private let last = LastBatch()

  /// - Throws: ``CodingError``.
  func serialize<Bytes: GRPCContiguousBytes>(_ message: PullResponse) throws -> Bytes {
    guard case .batch(let batch) = message, batch.remaining == 0, !batch.changes.isEmpty else {
      return try WireSerializer().serialize(message)
    }
    let packed = try last.packed(batch)
    var bytes = Bytes(repeating: 0, count: packed.count)
    bytes.withUnsafeMutableBytes { $0.copyBytes(from: packed) }
    return bytes
  }
}

/// The batch that was packed last.
private final class LastBatch: Sendable {
  private let last = Mutex<(batch: PullBatch, bytes: [UInt8])?>(nil)

  func packed(_ batch: PullBatch) throws -> [UInt8] {
    // Followers are sent the same array of changes: then it is not compared one by one.
    if let last = last.withLock({ $0 }), last.batch == batch { return last.bytes }
    let bytes = try PullResponse.batch(batch).wireBytes()
    last.withLock { $0 = (batch, bytes) }
    return bytes
  }
}
