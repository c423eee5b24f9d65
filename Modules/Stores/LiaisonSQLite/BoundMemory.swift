internal import GRDBSQLite

/// Where values stand that are bound to one run of a statement: what SQLite would copy value by value, each
/// into memory of its own, is copied into one piece.
///
/// The statement's bindings lead here: whoever binds clears them before this goes.
final class BoundMemory {
  private let start: UnsafeMutableRawPointer
  private let size: Int
  private var used = 0

  init(bytes: Int) {
    size = bytes
    start = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: 1)
  }

  deinit { start.deallocate() }

  /// - Returns: where the copy stands; nil if there is no room, or nothing to copy.
  func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawPointer? {
    guard let source = bytes.baseAddress, !bytes.isEmpty, bytes.count <= size - used else {
      return nil
    }
    let place = start + used
    place.copyMemory(from: source, byteCount: bytes.count)
    used += bytes.count
    return UnsafeRawPointer(place)
  }
}
