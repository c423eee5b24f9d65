import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every replica store keeps for the day on which the server has lost something, or a person takes
/// something back.
struct RecoveryContract {
  @Test(arguments: ReplicaStoreMaker.all)
  func goingBackMakesEachRecordWhatItWasAndKeepsWhatCameSince(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let first = try maker.revision("ONE")
    let second = try maker.next(first, name: "B", code: "TWO")
    let third = try maker.next(second, name: "C")
    let (steady, new, gone) = (
      try maker.revision("STEADY"), try maker.revision("NEW"), try maker.revision("GONE")
    )
    let deletion = try maker.deletion(of: gone)
    let held = try maker.revision("HELD")
    try await kept.apply(
      maker.entry(1, first), maker.entry(2, steady), maker.entry(3, gone), through: 3)
    try await kept.apply(
      maker.entry(4, second), maker.entry(5, new), maker.entry(6, deletion),
      maker.entry(7, held), through: 7)
    try await kept.apply(maker.entry(8, third), through: 8)
    let edit = maker.ready(try maker.next(held, name: "Mine"), base: held)
    try await kept.put(edit)
    try await kept.store.write(.durable) { transaction in
      try transaction.setWaypoints([.test(3), .test(7)])
      try transaction.rewind(to: .test(3)) { try maker.coding.summary(of: $0) }
    }
    let identity = try await kept.store.identity()
    #expect(identity.cursor == .test(3))
    #expect(try await kept.record(first)?.head == first.encoded)
    #expect(try await kept.record(steady)?.head == steady.encoded)
    #expect(try await kept.record(gone)?.head == gone.encoded)
    #expect(try await kept.record(new) == nil, "the register did not have it")
    #expect(try await kept.record(held)?.head == nil)
    #expect(try await kept.pending(held) == edit, "the outbox stays")
    try await kept.store.read { reader throws in
      let lost = try reader.lost()
      #expect(
        lost.map(\.revision) == [second, new, deletion, held, third].map(\.encoded))
      #expect(lost.map(\.shared) == [first.id, nil, gone.id, nil, first.id])
      #expect(try reader.waypoints() == [.test(3)])
      #expect(try reader.counts().records == 3)
      #expect(try reader.records(code: second.summary.code).isEmpty)
      #expect(try reader.outbox().map(\.isHeld) == [true])
    }
    try await kept.store.checkIntegrity()
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whatTheOtherLogHasInsteadComesAsAfterAnyPull(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let first = try maker.revision("ONE")
    let second = try maker.next(first, name: "B")
    try await kept.apply(maker.entry(1, first), through: 1)
    try await kept.apply(maker.entry(4, second), through: 4)
    try await kept.put(maker.ready(try maker.next(second, name: "Mine"), base: second))
    try await kept.store.write(.durable) { transaction in
      try transaction.rewind(to: .test(1)) { try maker.coding.summary(of: $0) }
    }
    let other = try maker.next(first, name: "Other")
    try await kept.apply(maker.entry(2, other), through: 2)
    #expect(try await kept.record(first)?.head == other.encoded)
    try await kept.store.write(.durable) { try $0.forget(lost: [second.id]) }
    #expect(try await kept.store.read { try $0.lost() }.isEmpty)
    #expect(try await kept.store.read { try $0.outbox() }.map(\.isHeld) == [false])
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whatTheLogHadARevisionUnderIsKeptWithIt(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let first = try maker.revision("ONE")
    let (second, third) = (try maker.next(first, name: "B"), try maker.next(first, name: "C"))
    let edits = [
      EditIDs(maker.new()), EditIDs(maker.new(), absorbed: [maker.new(), maker.new()]), nil,
    ]
    for (number, revision) in [first, second, third].enumerated() {
      let entry = Entry(
        position: LogPosition(Int64(number + 2)), revision: revision, edits: edits[number])
      try await kept.apply(entry, through: Int64(number + 2))
    }
    func lost(_ place: Int64) async throws -> [EditIDs?] {
      try await kept.store.write(.durable) { transaction in
        try transaction.rewind(to: .test(place)) { try maker.coding.summary(of: $0) }
      }
      return try await kept.store.read { try $0.lost() }.map(\.edits)
    }
    #expect(try await lost(3) == [nil], "one that is not known")
    #expect(try await lost(2) == [edits[1], nil], "of what was a head again")
    #expect(try await lost(1) == edits)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func whatWasLostTwiceIsKeptOnce(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let made = try maker.revision()
    for _ in 1...2 {
      try await kept.apply(maker.entry(5, made), through: 5)
      try await kept.store.write(.durable) {
        try $0.rewind(to: .test(2)) { try maker.coding.summary(of: $0) }
      }
    }
    #expect(try await kept.store.read { try $0.lost() }.count == 1)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func ancestorsAreKeptOnceAndFoundByTheirNames(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let head = try maker.revision()
    let record = head.summary.record
    let sides = [try maker.next(head, name: "1"), try maker.next(head, name: "2")]
    try await kept.apply(maker.entry(1, head))
    try await kept.store.write(.durable) { transaction in
      for side in sides + sides { try transaction.keep(side.encoded, of: record) }
    }
    try await kept.store.read { reader throws in
      #expect(try reader.ancestors(of: record) == sides.reversed().map(\.encoded))
      #expect(try reader.revision(sides[0].id, of: record) == sides[0].encoded)
      #expect(try reader.revision(head.id, of: record) == head.encoded)
      #expect(try reader.revision(sides[0].id, of: maker.new()) == nil)
    }
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aStepIsRememberedWithTheEditBeforeIt(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let entries = try kept.everyState()
    for entry in entries { try await kept.put(entry) }
    let steps = entries.map { entry in
      UndoStep(
        record: entry.record, kind: RevisionMaker.kind, code: entry.ours.summary.code,
        action: .edit, time: Timestamp(milliseconds: 7), after: maker.new())
    }
    let new = UndoStep(
      record: maker.new(), kind: RevisionMaker.kind, code: entries[0].ours.summary.code,
      action: .new, time: Timestamp(milliseconds: 8), after: nil)
    try await kept.store.write(.durable) { transaction in
      for step in steps + [new] { try transaction.remember(step) }
    }
    let remembered = try await kept.store.read { try $0.steps() }
    #expect(remembered.map(\.step) == [new] + steps.reversed())
    #expect(remembered.map(\.before) == [nil] + entries.reversed())
    try await kept.store.write(.durable) { try $0.forget(step: remembered[0].number) }
    #expect(try await kept.store.read { try $0.steps() }.map(\.step) == steps.reversed())
    try await kept.store.write(.durable) { transaction in
      for _ in 0..<Tuning.undoSteps + 5 { try transaction.remember(new) }
    }
    #expect(try await kept.store.read { try $0.steps() }.count == Tuning.undoSteps)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func theIdsOfAnOutboxAreAllThatItMayBeKnownBy(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let absorbed: [EditID] = (0..<3).map { _ in maker.new() }
    let ours = try maker.revision("ONE")
    let entry = OutboxEntry(
      edit: maker.new(), absorbed: absorbed, base: nil, ours: ours, maker: .merge,
      ancestors: [try maker.revision().id, try maker.revision().id],
      state: .inFlight(.init(edit: maker.new(), revision: try maker.next(ours, name: "More"))))
    try await kept.put(entry)
    #expect(try await kept.pending(ours) == entry)
    #expect(try await kept.store.read { try $0.edits() } == entry.edits)
    #expect(entry.edits.count == 5)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func revisionsComeFromTheLatestOn(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let maker = kept.maker
    let first = try maker.revision("ONE")
    let second = try maker.next(first, name: "B")
    let other = try maker.revision("OTHER")
    try await kept.apply(maker.entry(1, first), maker.entry(2, other))
    try await kept.apply(maker.entry(3, second))
    try await kept.put(maker.ready(try maker.revision("MINE")))
    let revisions = try await kept.store.read { reader in
      var revisions: [KeptRevision] = []
      try reader.forEachRevisionFromLatest {
        revisions.append($0)
        return revisions.count < 3
      }
      return revisions
    }
    #expect(revisions.map(\.encoded) == [second, other, first].map(\.encoded))
    #expect(revisions.map { $0.filed != nil } == [true, true, false])
  }
}
