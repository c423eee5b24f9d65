internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Counts the calls of each office, so that none takes the server for itself.
final class OfficeCalls: Sendable {
  /// Calls of one office at once.
  let most: Int
  private let open = Mutex<[OfficeID: Int]>([:])

  init(most: Int) { self.most = most }

  /// A call that has begun; it ends with its last reference.
  final class Call: Sendable {
    private let office: OfficeID
    private let calls: OfficeCalls

    fileprivate init(_ office: OfficeID, _ calls: OfficeCalls) {
      self.office = office
      self.calls = calls
    }

    deinit { calls.end(of: office) }
  }

  /// - Throws: ``CallError/tooManyCalls``.
  func begin(of office: OfficeID) throws(CallError) -> Call {
    let isTaken = open.withLock { open in
      guard open[office, default: 0] < most else { return false }
      open[office, default: 0] += 1
      return true
    }
    guard isTaken else { throw .tooManyCalls }
    return Call(office, self)
  }

  private func end(of office: OfficeID) {
    open.withLock { open in
      let left = open[office, default: 0] - 1
      // An office without a call takes no room.
      open[office] = left > 0 ? left : nil
    }
  }
}
