public import LiaisonModel

/// The ids that an entry is filed under: that of its edit, and those of the edits that this has taken in.
///
/// They travel with what was accepted, since a server may lose it: whoever hands it back names them, and a
/// replica that still holds one of those edits learns that the register has it.
public struct EditIDs: Hashable, Sendable {
  public let edit: EditID
  public var absorbed: [EditID] { others ?? [] }

  /// Nil for most, of which a clone has many.
  private let others: [EditID]?

  public init(_ edit: EditID, absorbed: [EditID] = []) {
    self.edit = edit
    others = absorbed.isEmpty ? nil : absorbed
  }

  /// The ids that stand one after the other, 16 bytes each, that of the edit first; nil if there is none, or
  /// one is not a UUID of version 7.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    // Most are one.
    if bytes.count == UUIDv7.byteCount {
      guard let edit = EditID(bytes) else { return nil }
      self.init(edit)
      return
    }
    var ids: [EditID] = []
    for start in stride(from: 0, to: bytes.count, by: UUIDv7.byteCount) {
      let part = bytes[start..<min(start + UUIDv7.byteCount, bytes.count)]
      guard let id = EditID(UnsafeRawBufferPointer(rebasing: part)) else { return nil }
      ids.append(id)
    }
    guard let edit = ids.first else { return nil }
    self.init(edit, absorbed: Array(ids.dropFirst()))
  }

  /// Oldest first.
  public var all: [EditID] { absorbed + [edit] }

  /// Hands over the ids one after the other, 16 bytes each, that of the edit first.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    guard let others else { return try edit.uuid.withUnsafeBytes(body) }
    return try ([edit] + others).flatMap(\.bytes).withUnsafeBytes(body)
  }
}
