public import LiaisonSync
internal import Synchronization

/// A register that goes from one store to another as a whole, and is read back there before it counts.
public struct RegisterCopy: Sendable {
  private let coding: any RevisionCoding
  private let told: @Sendable (_ entries: Int, _ remaining: Int) -> Void

  /// - Parameter told: hears of the log's entries as they are put into their place.
  public init(
    coding: any RevisionCoding,
    told: @escaping @Sendable (_ entries: Int, _ remaining: Int) -> Void = { _, _ in }
  ) {
    self.coding = coding
    self.told = told
  }

  /// Moves a register: nobody changes it meanwhile, and it has been given up before its new place is kept. A
  /// move that was interrupted in between is begun again.
  /// - Parameters:
  ///   - name: of the new place, for those who look for the register at the old one.
  ///   - isForced: also if it has been given up to another place, which then must never be served.
  ///   - place: not yet kept: if that fails afterwards, the register stays given up.
  /// - Throws: ``StoreError``: ``StoreError/moved(to:)``. It is not given up then, unless the store failed only
  ///   when it was to keep that: ``OperationFacts/movedTo`` tells.
  public func move(
    _ store: any RegisterStore, to name: String, isForced: Bool = false, noting entry: AuditEntry,
    into place: any RegisterWriting
  ) async throws -> RegisterSum {
    try await store.giveUp(to: name, isForced: isForced, noting: entry) {
      try copy($0, into: place)
    }
  }

  /// Copies a register as it is at one moment, while others go on.
  /// - Throws: ``StoreError``.
  public func copy(
    _ store: any RegisterStore, into place: any RegisterWriting
  ) async throws -> RegisterSum {
    try await store.whole { try copy($0, into: place) }
  }

  /// Makes a register of a backup. It may have lost what was committed since: healing is open in it. Whether an
  /// invitation has been used since is not known: none is good any more.
  /// - Throws: ``StoreError``.
  public func restore(
    _ backup: any RegisterStore, into place: any RegisterWriting
  ) async throws -> RegisterSum {
    try await backup.whole { try copy(RestoredRegister(backup: $0), into: place) }
  }

  private func copy(
    _ original: any RegisterReading, into place: any RegisterWriting
  ) throws -> RegisterSum {
    let (put, found) = (Shared(RegisterTally(coding)), Shared(RegisterTally(coding)))
    try original.forEachPart { [told] part in
      try put.tally.withLock { tally in
        try tally.add(part)
        told(tally.entries, tally.remaining)
      }
      try place.put(part)
    }
    try place.forEachPart { part in try found.tally.withLock { try $0.add(part) } }
    let sum = try put.tally.withLock { try $0.finish() }
    guard try found.tally.withLock({ try $0.finish() }) == sum else {
      throw StoreError.damaged("the copy is not what the register is")
    }
    return sum
  }

  /// A store hands its parts to a closure that any thread may call.
  private final class Shared: Sendable {
    let tally: Mutex<RegisterTally>
    init(_ tally: sending RegisterTally) { self.tally = Mutex(tally) }
  }
}

/// What a register is after it was restored.
private struct RestoredRegister: RegisterReading {
  let backup: any RegisterReading

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try backup.forEachPart { part in
      switch part {
      case .register(var row):
        row.isHealing = true
        row.generation += 1
        try body(.register(row))
      case .invitations(var rows):
        for index in rows.indices where rows[index].replica == nil {
          rows[index].ends = rows[index].issued
        }
        try body(.invitations(rows))
      // It is the register that went back, not they.
      case .sightings: break
      case .schemas, .entries, .absorbed, .ancestors, .wanted, .heads, .links, .keys, .offices,
        .replicas, .audit:
        try body(part)
      }
    }
  }
}
