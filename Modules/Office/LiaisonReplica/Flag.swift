internal import Synchronization

/// A yes or no that several tasks share.
final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }
  func set() { value.store(true, ordering: .relaxed) }
  /// - Returns: whether it was set; it no longer is.
  func take() -> Bool { value.exchange(false, ordering: .relaxed) }
}
