public import LiaisonModel

/// The ids that an entry is filed under: that of its edit, and those of the edits that this has taken in.
///
/// They travel with what was accepted, since a server may lose it: whoever hands it back names them, and a
/// replica that still holds one of those edits learns that the register has it.
public struct EditIDs: Hashable, Sendable {
  public let edit: EditID
  public let absorbed: [EditID]

  public init(_ edit: EditID, absorbed: [EditID] = []) {
    self.edit = edit
    self.absorbed = absorbed
  }

  /// The ids that stand one after the other, 16 bytes each, that of the edit first; nil if there is none, or
  /// one is not a UUID of version 7.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count.isMultiple(of: UUIDv7.byteCount), bytes.count > 0 else { return nil }
    var ids: [EditID] = []
    // Most have one.
    if bytes.count > UUIDv7.byteCount { ids.reserveCapacity(bytes.count / UUIDv7.byteCount - 1) }
    for start in stride(from: UUIDv7.byteCount, to: bytes.count, by: UUIDv7.byteCount) {
      let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + UUIDv7.byteCount])
      guard let id = EditID(part) else { return nil }
      ids.append(id)
    }
    guard let edit = EditID(UnsafeRawBufferPointer(rebasing: bytes.prefix(UUIDv7.byteCount)))
    else { return nil }
    self.init(edit, absorbed: ids)
  }

  /// Oldest first.
  public var all: [EditID] { absorbed + [edit] }

  /// Hands over the ids one after the other, 16 bytes each, that of the edit first.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    guard !absorbed.isEmpty else { return try edit.uuid.withUnsafeBytes(body) }
    return try ([edit] + absorbed).flatMap(\.bytes).withUnsafeBytes(body)
  }
}
