internal import Synchronization

/// So many places for each key at once, so that no caller takes a server for itself.
package final class Places<Key: Hashable & Sendable>: Sendable {
  /// For one key.
  package let most: Int
  private let taken = Mutex<[Key: Int]>([:])

  package init(most: Int) { self.most = most }

  /// A place that is taken; it is free again with its last reference.
  package final class Place: Sendable {
    private let key: Key
    private let places: Places

    fileprivate init(_ key: Key, _ places: Places) {
      self.key = key
      self.places = places
    }

    deinit { places.free(key) }
  }

  /// - Returns: nil if all of this key are taken.
  package func take(_ key: Key) -> Place? {
    let isTaken = taken.withLock { taken in
      guard taken[key, default: 0] < most else { return false }
      taken[key, default: 0] += 1
      return true
    }
    return isTaken ? Place(key, self) : nil
  }

  private func free(_ key: Key) {
    taken.withLock { taken in
      let left = taken[key, default: 0] - 1
      // A key without a place takes no room.
      taken[key] = left > 0 ? left : nil
    }
  }
}
