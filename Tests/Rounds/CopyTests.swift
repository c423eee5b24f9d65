import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import Synchronization
import Testing

/// Replicas that were restored from a backup, or copied: no edit is applied twice.
struct CopyTests {
  @Test func aRestoredReplicaDoesNotUndoWhatWasCorrectedSince() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One", "description=Some.")
    }
    try await vienna.edit("ONE", "name=Wrong")
    let backup = try hq.copied(vienna)
    try await vienna.sync()
    try await newYork.sync()
    try await newYork.edit("ONE", "name=Right")
    try await newYork.sync()

    let report = try await backup.sync()
    #expect(report.round.committed == 0 && report.counts.pending == 0)
    #expect(try await backup.value("ONE", "name") == "Right")
    #expect(try await backup.digest() == hq.digest())
    #expect(try hq.revisions().count == 3)
  }

  @Test func anEditThatTookOthersInIsNotAppliedAgainInPart() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One", "description=Some.")
    }
    try await vienna.edit("ONE", "name=Wrong")
    let copy = try hq.copied(vienna)
    try await vienna.sync()
    try await newYork.sync()
    try await newYork.edit("ONE", "name=Right")
    try await newYork.sync()
    // The copy goes on from the edit that was accepted elsewhere.
    try await copy.edit("ONE", "description=More.")
    let report = try await copy.sync()
    #expect(report.conflicts == 0, "the name was not changed again")
    #expect(try await copy.value("ONE", "name") == "Right")
    #expect(try await copy.value("ONE", "description") == "More.")
    try await newYork.sync()
    #expect(try await newYork.digest() == hq.digest())
    #expect(try await newYork.value("ONE", "name") == "Right")
  }

  /// The edit was accepted as a merge: what another office had changed by then is not taken back.
  @Test func whoGoesOnFromAnAcceptedEditDoesNotUndoWhatItWasMergedWith() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One", "description=Some.")
    }
    try await vienna.edit("ONE", "name=Vienna's")
    let copy = try hq.copied(vienna)
    try await newYork.edit("ONE", "description=New York's.")
    try await newYork.sync()
    try await vienna.sync()
    try await copy.edit("ONE", "name=Vienna's own")
    let report = try await copy.sync()
    #expect(report.conflicts == 0 && report.counts.pending == 0)
    #expect(try await copy.value("ONE", "description") == "New York's.")
    #expect(try await copy.value("ONE", "name") == "Vienna's own")
    #expect(try await copy.digest() == hq.digest())
  }

  /// The copy goes on with what another office has changed by then: that is not overwritten.
  @Test func whoGoesOnFromAnAcceptedEditOverwritesNothingOfWhatItWasMergedWith() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One", "description=Some.")
    }
    try await vienna.edit("ONE", "name=Vienna's")
    let copy = try hq.copied(vienna)
    try await newYork.edit("ONE", "description=New York's.")
    try await newYork.sync()
    try await vienna.sync()
    try await copy.edit("ONE", "description=Copy's.")
    #expect(try await copy.sync().conflicts == 1)
    #expect(try await vienna.value("ONE", "description") == "New York's.")
    try await copy.resolve("ONE", take: .ours)
    try await copy.sync()
    try await vienna.sync()
    #expect(try await vienna.value("ONE", "description") == "Copy's.")
    #expect(try await vienna.digest() == hq.digest())
  }

  /// Its copy was lost, and the server has gone back: the edit is nowhere else.
  @Test func anAcceptedEditStaysUntilWhatBecameOfItIsHere() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One")
    }
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "name=Vienna's")
    try await hq.copied(vienna).sync()
    // The header says that the register has the edit; what it became does not come any more.
    let points = Mutex(0)
    let cut = CutLink(inner: hq.link) {
      let point = points.withLock { points in
        points += 1
        return points
      }
      if point == 3 { throw CutLink.broken }
    }
    await #expect(throws: CallError.self) { try await vienna.on(cut).sync() }
    let restored = try await hq.restored(from: backup)
    try await vienna.on(restored.link).sync()
    try await newYork.on(restored.link).sync()
    #expect(try await newYork.value("ONE", "name") == "Vienna's")
  }

  @Test func bothCopiesOfAReplicaAreUsed() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One")
      try await $0.new("area", "code=TWO", "name=Two")
    }
    try await vienna.edit("ONE", "name=Both")
    let copy = try hq.copied(vienna)
    try await vienna.edit("TWO", "name=First")
    try await copy.edit("TWO", "description=Second.")
    for office in [vienna, copy, vienna, copy, newYork] { try await office.sync() }
    let digest = try await hq.digest()
    for office in [vienna, copy, newYork] {
      #expect(try await office.digest() == digest)
      #expect(try await office.pending().isEmpty)
      #expect(try await office.value("ONE", "name") == "Both")
      #expect(try await office.value("TWO", "name") == "First")
      #expect(try await office.value("TWO", "description") == "Second.")
    }
    #expect(try hq.revisions().count == 5, "two new ones, and each edit once")
  }

  /// The answer was lost, and a copy of the replica sent the same edit on another head.
  @Test func anEditInFlightThatACopyHasSentLeaves() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One", "description=Some.")
    }
    try await vienna.edit("ONE", "name=Vienna's")
    let copy = try hq.copied(vienna)
    try await newYork.edit("ONE", "description=New York's.")
    try await newYork.sync()
    let cut = CutLink(inner: hq.link) { throw CutLink.broken }
    await #expect(throws: CallError.self) { try await copy.on(cut).sync() }
    try await vienna.sync()
    let report = try await copy.sync()
    #expect(report.counts.pending == 0 && report.round.committed == 0)
    #expect(try await copy.digest() == hq.digest())
    #expect(try hq.revisions().count == 3)
  }

  @Test func whatBothOfficesWroteAlikeIsNoConflictAndNotSentTwice() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One")
    }
    try await vienna.edit("ONE", "name=Same")
    try await newYork.edit("ONE", "name=Same")
    try await vienna.sync()
    let report = try await newYork.sync()
    #expect(report.conflicts == 0 && report.round.committed == 0 && report.counts.pending == 0)
    #expect(try hq.revisions().count == 2)
    #expect(try await newYork.digest() == hq.digest())
  }

  /// The side that was not taken travels with the resolution.
  @Test func theSideThatWasNotTakenIsInTheRegister() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      try await $0.new("area", "code=ONE", "name=One")
    }
    try await vienna.edit("ONE", "name=Vienna's")
    try await newYork.edit("ONE", "name=New York's", note: "mine")
    try await vienna.sync()
    try await newYork.sync()
    try await newYork.resolve("ONE", take: .theirs)
    try await newYork.sync()
    let resolution = try #require(try hq.revisions().last)
    let side = try #require(resolution.secondParent)
    let kept = try await newYork.store.read { try $0.revision(side, of: resolution.record) }
    let revision = try newYork.environment.coding.decode(try #require(kept).bytes)
    #expect(revision.note == "mine")
    #expect(try hq.ancestors() == [side])
  }
}
