import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every replica store keeps of an office's edits.
struct OutboxContract {
  @Test(arguments: ReplicaStoreMaker.all)
  func anEntryComesBackAsItWasPutInEveryState(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let entries = try kept.everyState()
    for entry in entries { try await kept.put(entry) }
    for entry in entries { #expect(try await kept.pending(entry.ours) == entry) }
  }

  /// Whatever stood there before leaves nothing.
  @Test(arguments: ReplicaStoreMaker.all)
  func anEntryTakesTheWholePlaceOfAnotherInEveryState(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let made = try kept.maker.revision()
    func moved(_ entry: OutboxEntry) throws -> OutboxEntry {
      let ours = try kept.maker.next(made, name: "Ours")
      return OutboxEntry(edit: entry.edit, base: entry.base, ours: ours, state: entry.state)
    }
    let states = try kept.everyState().filter { $0.amendment == nil }.map(moved)
    for before in states {
      for after in states {
        try await kept.put(before)
        try await kept.put(after)
        #expect(try await kept.pending(made) == after)
      }
    }
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func standingsAreTheOutboxWithoutItsBytesAndKeepTheirAge(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let entries = try kept.everyState()
    for entry in entries { try await kept.put(entry) }
    // Putting one again leaves it in its place, and a head changes only what is read of it.
    try await kept.put(entries[1])
    let head = try kept.maker.revision("HEAD", of: entries[1].record)
    try await kept.apply(kept.maker.entry(1, head))
    let standings = try await kept.store.read { try $0.outbox() }
    #expect(standings.map(\.edit) == entries.map(\.edit))
    #expect(standings.map(\.record) == entries.map(\.record))
    #expect(standings.map(\.base) == entries.map { $0.base?.id })
    #expect(standings.map(\.head) == entries.map { $0 == entries[1] ? head.id : nil })
    let theirs = entries[5].ours.id
    #expect(
      standings.map(\.state) == [
        .ready, .ready, .inFlight, .inFlight, .inFlight, .conflict(theirs: theirs), .codeTaken,
        .refused,
      ])
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func editsAreCountedByWhatTheyWaitFor(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    for entry in try kept.everyState() { try await kept.put(entry) }
    let counts = try await kept.store.read { try $0.counts() }
    #expect(counts.ready == 2 && counts.inFlight == 3 && counts.conflicts == 1)
    #expect(counts.codeTaken == 1 && counts.refused == 1)
    #expect(counts.pending == 8 && counts.unsettled == 2 && counts.records == 0)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aHeadLeavesTheEditOfItsRecordAsItIs(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let base = try kept.maker.revision()
    try await kept.apply(kept.maker.entry(1, base))
    let edit = kept.maker.ready(try kept.maker.next(base, name: "Ours"), base: base)
    try await kept.put(edit)
    let theirs = try kept.maker.next(base, name: "Theirs")
    try await kept.apply(kept.maker.entry(2, theirs))
    let record = try #require(try await kept.record(base))
    #expect(record.pending == edit && record.head == theirs.encoded)
    #expect(record.visible == edit.ours.encoded)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func removingAnEditForgetsARecordThatTheRegisterDoesNotHave(
    _ stores: ReplicaStoreMaker
  ) async throws {
    let kept = try await KeptReplica(stores)
    let (new, base) = (try kept.maker.revision("NEW"), try kept.maker.revision("BASE"))
    try await kept.apply(kept.maker.entry(1, base))
    try await kept.put(kept.maker.ready(new))
    try await kept.put(kept.maker.ready(try kept.maker.next(base, name: "Ours"), base: base))
    try await kept.remove(new)
    try await kept.remove(base)
    try await kept.remove(base)
    #expect(try await kept.record(new) == nil)
    let record = try #require(try await kept.record(base))
    #expect(record.head == base.encoded && record.pending == nil)
    #expect(try await kept.store.read { try $0.counts().pending } == 0)
    #expect(try await kept.holders("NEW").isEmpty)
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func aCodeFindsTheRecordsThatHaveItHereOrInAnEdit(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let (theirs, ours) = (try kept.maker.revision("AA"), try kept.maker.revision("AA"))
    try await kept.apply(kept.maker.entry(1, theirs))
    try await kept.put(kept.maker.ready(ours))
    #expect(try await kept.holders("AA") == [theirs.summary.record, ours.summary.record])
    // A new record's former code is nobody's; a known one's stays in the register.
    let renamed = try kept.maker.next(ours, name: "N", code: "BB")
    try await kept.put(kept.maker.ready(renamed))
    let moved = try kept.maker.next(theirs, name: "M", code: "CC")
    let more = try kept.maker.next(moved, name: "M", code: "DD")
    try await kept.put(
      OutboxEntry(
        edit: kept.maker.new(), base: theirs.encoded, ours: moved,
        state: .inFlight(.init(edit: kept.maker.new(), revision: more))))
    #expect(try await kept.holders("AA") == [theirs.summary.record])
    #expect(try await kept.holders("BB") == [ours.summary.record])
    for code in ["CC", "DD"] {
      #expect(try await kept.holders(code) == [theirs.summary.record])
    }
    let (ids, known) = (Set([theirs, ours].map(\.summary.record)), kept.maker.new(RecordID.self))
    let found = try await kept.store.read { try $0.summaries(of: ids.union([known])) }
    #expect(
      found.mapValues(\.code.text) == [theirs.summary.record: "DD", ours.summary.record: "BB"])
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func recordsThatReferToAnotherAreFoundInHeadsAndEdits(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let target = try kept.maker.revision("TARGET")
    func referring(_ code: String, of record: RecordID? = nil) throws -> FiledRevision {
      try kept.maker.revision(
        code, of: record, [RevisionMaker.parent: .reference(target.summary.record)])
    }
    let head = try referring("HEAD")
    let (sent, other) = (try kept.maker.revision("SENT"), try kept.maker.revision("OTHER"))
    let ours = try referring("OURS")
    let entries = [target, head, other].enumerated().map { kept.maker.entry(Int64($0 + 1), $1) }
    try await kept.apply(entries[0], entries[1], entries[2])
    try await kept.put(kept.maker.ready(ours))
    let amended = OutboxEntry.Amendment(
      edit: kept.maker.new(), revision: try referring("SENT", of: sent.summary.record))
    try await kept.put(
      OutboxEntry(edit: kept.maker.new(), base: nil, ours: sent, state: .inFlight(amended)))
    let found = try await kept.referring(to: target.summary.record)
    #expect(
      found.filter { $0 != target.summary.record } == [head, ours, sent].map(\.summary.record))
  }

  @Test(arguments: ReplicaStoreMaker.all)
  func numbersAreHighestOfWhatWasGivenAndSeen(_ stores: ReplicaStoreMaker) async throws {
    let kept = try await KeptReplica(stores)
    let office = kept.maker.office
    func highest(_ year: Int = 2026) async throws -> Int {
      try await kept.store.write(.durable) {
        try $0.highestNumber(of: NumberSeries(office), in: year)
      }
    }
    #expect(try await highest() == 0)
    let seen = try kept.maker.revision("VIE-2026-0041")
    let odd = try kept.maker.revision("VIE-2026-9223372036854775807")
    let other = try kept.maker.revision("NYC-2026-0077")
    try await kept.apply(
      kept.maker.entry(1, seen), kept.maker.entry(2, odd), kept.maker.entry(3, other))
    #expect(try await highest() == 41)
    #expect(try await highest(2025) == 0)
    try await kept.put(kept.maker.ready(try kept.maker.revision("VIE-2026-0042")))
    #expect(try await highest() == 42)
    for number in [50, 44] {
      try await kept.store.write(.durable) {
        try $0.give(number, of: NumberSeries(office), in: 2026)
      }
    }
    #expect(try await highest() == 50)
    #expect(try await highest(2025) == 0)
  }
}
