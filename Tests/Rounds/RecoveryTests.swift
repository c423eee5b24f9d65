import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// A server that was restored: what it has lost comes back from its offices.
struct RecoveryTests {
  /// Three offices in step with a register of some areas, and a backup of that.
  private struct World {
    let hq: Headquarters
    let vienna, newYork, lyon: TestOffice
    let backup: String

    init() async throws {
      hq = try await Headquarters()
      vienna = try hq.office("VIE", hq.link)
      newYork = try hq.office("NYC", hq.link)
      lyon = try hq.office("LYO", hq.link)
      try await vienna.sync()
      for code in ["ONE", "TWO", "THREE"] {
        try await vienna.new("area", "code=\(code)", "name=\(code)")
      }
      for office in [vienna, newYork, lyon] { try await office.sync() }
      backup = try await hq.backedUp()
    }

    /// Every office syncs twice with a register, and then all hold the same.
    func settle(_ hq: Headquarters) async throws -> String {
      let offices = [vienna, newYork, lyon].map { $0.on(hq.link) }
      for _ in 1...2 {
        for office in offices { try await office.sync() }
      }
      let digest = try await hq.digest()
      for office in offices {
        #expect(try await office.digest() == digest, "\(office.id)")
        #expect(try await office.pending().isEmpty)
      }
      return digest
    }
  }

  @Test func aRestoredServerIsHealedByAnyOfficeThatHasSeenWhatItLost() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=Vienna's")
    try await world.vienna.new("area", "code=NEW", "name=New")
    try await world.vienna.sync()
    try await world.newYork.sync()
    let before = try await world.hq.digest()

    let restored = try await world.hq.restored(from: world.backup)
    // Another office goes on meanwhile, past where the others stood.
    let lyon = world.lyon.on(restored.link)
    try await lyon.edit("THREE", "name=Lyon's")
    try await lyon.sync()
    let newYork = world.newYork.on(restored.link)
    try await newYork.edit("TWO", "name=New York's")
    let report = try await newYork.sync()
    #expect(report.handBack == HandBack(handedBack: 2, waiting: 0))
    #expect(report.round.committed == 1)
    #expect(
      try await restored.log.latest(9, isHandedBack: true).map(\.handedBackBy) == [
        newYork.id, newYork.id,
      ])
    _ = try await world.settle(restored)
    let vienna = world.vienna.on(restored.link)
    #expect(try await vienna.value("ONE", "name") == "Vienna's")
    #expect(try await vienna.value("TWO", "name") == "New York's")
    #expect(try await vienna.value("THREE", "name") == "Lyon's")
    #expect(try await vienna.value("NEW", "name") == "New")
    #expect(try await restored.digest() != before, "others went on")
  }

  @Test func outsideOfHealingAnOfficeGivesBackOnlyWhatItWrote() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=Vienna's")
    try await world.vienna.sync()
    try await world.newYork.sync()
    let restored = try await world.hq.restored(from: world.backup)
    try await restored.log.setHealing(false)

    let newYork = world.newYork.on(restored.link)
    // Made from what was lost: it waits with it.
    try await newYork.edit("ONE", "description=More.")
    try await newYork.edit("TWO", "name=New York's")
    let report = try await newYork.sync()
    #expect(report.handBack == HandBack(handedBack: 0, waiting: 1))
    #expect(report.round.committed == 1, "the rest goes on")
    #expect(try await newYork.replica.status().lost.map(\.code) == ["ONE"])
    #expect(try await restored.log.latest(9, isHandedBack: false).count == 4)

    #expect(try await world.vienna.on(restored.link).sync().handBack.handedBack == 1)
    let after = try await newYork.sync()
    #expect(after.handBack == HandBack())
    #expect(try await newYork.replica.status().lost.isEmpty)
    #expect(after.round.committed == 1)
    _ = try await world.settle(restored)
    #expect(try await newYork.value("ONE", "name") == "Vienna's")
    #expect(try await world.vienna.on(restored.link).value("ONE", "description") == "More.")
  }

  @Test func whatWasLostIsMergedWithWhatCameInstead() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "description=Vienna's.")
    try await world.vienna.edit("TWO", "name=Vienna's")
    try await world.vienna.sync()
    let restored = try await world.hq.restored(from: world.backup)
    let lyon = world.lyon.on(restored.link)
    try await lyon.edit("ONE", "name=Lyon's")
    try await lyon.edit("TWO", "name=Lyon's")
    try await lyon.sync()

    let vienna = world.vienna.on(restored.link)
    let report = try await vienna.sync()
    #expect(report.handBack == HandBack())
    #expect(report.merged == 1 && report.round.committed == 1 && report.conflicts == 1)
    #expect(try await vienna.value("ONE", "name") == "Lyon's")
    #expect(try await vienna.value("ONE", "description") == "Vienna's.")
    try await vienna.resolve("TWO", take: .ours)
    _ = try await world.settle(restored)
    #expect(try await lyon.value("TWO", "name") == "Vienna's")
  }

  @Test func aRecordThatTheRestoredServerNeverHadIsThereAgainWithItsEdit() async throws {
    let world = try await World()
    try await world.newYork.new("area", "code=NEW", "name=New")
    try await world.newYork.sync()
    let restored = try await world.hq.restored(from: world.backup)
    let newYork = world.newYork.on(restored.link)
    try await newYork.edit("NEW", "name=Newer")
    try await newYork.sync()
    _ = try await world.settle(restored)
    #expect(try await world.lyon.on(restored.link).value("NEW", "name") == "Newer")
  }

  @Test func aCloneThatStoodNowhereElseGoesBackToTheBeginning() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=Vienna's")
    try await world.vienna.sync()
    let clone = try world.hq.office("LYO", world.hq.link)
    try await clone.sync()
    let restored = try await world.hq.restored(from: world.backup)
    try await restored.log.setHealing(false)
    let after = clone.on(restored.link)
    #expect(try await after.sync().handBack.waiting > 0)
    #expect(try await after.digest() == restored.digest())
    #expect(try await world.vienna.on(restored.link).sync().handBack.handedBack == 1)
    #expect(try await after.sync().handBack == HandBack())
    #expect(try await after.digest() == restored.digest())
    #expect(try await after.value("ONE", "name") == "Vienna's")
  }

  @Test func aServerThatGoesBackTwiceIsHealedTwice() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=First")
    try await world.vienna.sync()
    let second = try await world.hq.backedUp()
    try await world.vienna.edit("ONE", "name=Second")
    try await world.vienna.edit("TWO", "name=Second")
    try await world.vienna.sync()
    let once = try await world.hq.restored(from: second)
    let vienna = world.vienna.on(once.link)
    #expect(try await vienna.sync().handBack.handedBack == 2)
    let twice = try await once.restored(from: world.backup)
    #expect(try await world.vienna.on(twice.link).sync().handBack.handedBack == 3)
    _ = try await world.settle(twice)
    #expect(try await vienna.value("ONE", "name") == "Second")
  }

  /// Whoever hands an edit back names it: a copy that still holds it does not apply it again.
  @Test func anEditKeepsItsIDWhoeverHandsItBack() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=Vienna's")
    let copy = try world.hq.copied(world.vienna)
    // It is merged on its way, and edited again: the copy has neither.
    try await world.lyon.edit("ONE", "description=Lyon's.")
    try await world.lyon.sync()
    try await world.vienna.sync()
    try await world.vienna.edit("ONE", "parent=TWO")
    try await world.vienna.sync()
    try await world.newYork.sync()
    try await world.newYork.edit("ONE", "name=Corrected")
    try await world.newYork.sync()

    let restored = try await world.hq.restored(from: world.backup)
    try await world.newYork.on(restored.link).sync()
    let report = try await copy.on(restored.link).sync()
    #expect(report.round.committed == 0 && report.counts.pending == 0)
    _ = try await world.settle(restored)
    #expect(try await copy.on(restored.link).value("ONE", "name") == "Corrected")
    #expect(try await world.newYork.on(restored.link).value("ONE", "parent") == "TWO")
  }

  /// New York hands Vienna's merge back, and has not what stands behind it.
  @Test func whatStandsBehindAMergeIsBroughtByWhoHasIt() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=Vienna's")
    try await world.lyon.edit("ONE", "description=Lyon's.")
    try await world.lyon.sync()
    try await world.vienna.sync()
    try await world.newYork.sync()
    let sides = try world.hq.ancestors()
    #expect(sides.count == 1)

    let restored = try await world.hq.restored(from: world.backup)
    try await world.lyon.on(restored.link).sync()
    try await world.newYork.on(restored.link).sync()
    #expect(try restored.ancestors().isEmpty)
    // Vienna's log is the register's again: nothing tells it what was lost, but the register.
    try await world.vienna.on(restored.link).sync()
    #expect(try restored.ancestors() == sides)
    #expect(try await world.vienna.on(restored.link).sync().round.calls == 1)
    _ = try await world.settle(restored)
  }

  /// An office names another's edit as one that it has taken in, and has not.
  @Test func anEditIsNotTakenForAnothersOnItsWord() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "name=Vienna's")
    try await world.vienna.sync()
    let edit = try #require(
      try await world.hq.log.changes(after: LogPosition(3), limit: BatchLimit()).changes.first?
        .edits?.edit)
    let restored = try await world.hq.restored(from: world.backup)
    let lyon = try #require(OfficeID("LYO"))
    let head = try #require(try restored.revisions().first { $0.state.code.text == "ONE" })
    var fields = head.state.fields
    fields[FieldNumber(3)] = .prose("Lyon's.")
    let other = try RevisionCodec().encode(
      Revision(
        record: head.record, kind: head.kind, parent: RevisionCodec().encode(head).id,
        state: RecordState(code: head.state.code, fields: fields),
        origin: Origin(office: lyon, author: "L", time: Timestamp(milliseconds: 4))))
    let addition = LogAddition(other, links: nil, provenance: Provenance(absorbed: [edit]))
    var random = Seeded(9)
    let id = EditID(UUIDv7(milliseconds: 9, random: &random))
    _ = try await restored.log.commit(CommitQuestion()) { _ in
      [CommitDecision(edit: id, action: .append(addition))]
    }
    _ = try await world.settle(restored)
    let newYork = world.newYork.on(restored.link)
    #expect(try await newYork.value("ONE", "name") == "Vienna's")
    #expect(try await newYork.value("ONE", "description") == "Lyon's.")
  }

  /// Its own edit is in conflict with what came after what it was made from; all of that is lost.
  @Test func aConflictTakesWithItWhatItWasMadeFrom() async throws {
    let world = try await World()
    try await world.vienna.edit("ONE", "description=Vienna's.")
    try await world.vienna.sync()
    try await world.vienna.edit("ONE", "name=Second")
    try await world.newYork.sync()
    try await world.newYork.edit("ONE", "name=New York's")
    try await world.newYork.sync()
    try await world.vienna.sync()
    #expect(try await world.vienna.conflicts().count == 1)

    let restored = try await world.hq.restored(from: world.backup)
    try await world.lyon.on(restored.link).edit("ONE", "parent=TWO")
    try await world.lyon.on(restored.link).sync()
    let vienna = world.vienna.on(restored.link)
    for _ in 1...3 { try await vienna.sync() }
    #expect(try await vienna.value("ONE", "description") == "Vienna's.")
    #expect(try await vienna.store.read { try $0.lost() }.isEmpty)
    let conflict = try #require(
      try await vienna.conflicts().first, "New York's name is handed back")
    #expect(conflict.code == "ONE")
  }
}
