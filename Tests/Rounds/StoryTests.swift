import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Testing

/// The sync round, told between offices: straight into the service, and over TCP.
struct StoryTests {
  private func compact(_ office: TestOffice) async throws {
    try await office.new("organization", "code=UNOCT", "name=UNOCT", "type=un-entity")
    try await office.new("area", "code=CT", "name=Counter-terrorism")
    try await office.new("area", "code=FTF", "name=Fighters", "parent=CT")
    try await office.new(
      "body", "code=COMPACT", "name=Compact", "type=compact", "un_entities=36",
      "non_un_members=2", "areas=CT", "convener=UNOCT", "mandate=One.\nTwo.")
  }

  @Test func viennaAndNewYorkSettleOneConflictAndEndWithTheSameBytes() async throws {
    try await Headquarters.overBothLinks { hq, link in
      let lyon = try hq.office("LYO", link)
      let vienna = try hq.office("VIE", link)
      let newYork = try hq.office("NYC", link)
      try await lyon.sync()
      try await compact(lyon)
      try await lyon.sync()
      try await vienna.sync()
      try await newYork.sync()

      try await vienna.edit("COMPACT", "un_entities=39", "non_un_members=3", "mandate+=Three.")
      try await newYork.edit("COMPACT", "un_entities=41", "areas+=FTF")
      #expect(try await newYork.sync().conflicts == 0)
      let report = try await vienna.sync()
      #expect(report.conflicts == 1 && report.round.calls == 1)

      let conflict = try #require(try await vienna.conflicts().first)
      #expect(conflict.cause == "merge" && conflict.disagreements.map(\.field) == ["un_entities"])
      let part = try #require(conflict.disagreements.first)
      #expect(part.base?.value == .number(36) && part.base?.office == "LYO")
      #expect(part.ours?.value == .number(39) && part.ours?.office == "VIE")
      #expect(part.theirs?.value == .number(41) && part.theirs?.office == "NYC")

      let before = try await vienna.replica.history(of: "COMPACT")
      try await vienna.resolve("COMPACT", take: .theirs)
      let resolution = try #require(try await vienna.replica.history(of: "COMPACT").first)
      // The head that was settled, and the office's own edit.
      #expect(resolution.parents == [before[1].revision, before[0].revision])
      try await vienna.sync()
      try await newYork.sync()
      for office in [vienna, newYork] {
        #expect(try await office.value("COMPACT", "un_entities") == "41")
        #expect(try await office.value("COMPACT", "non_un_members") == "3")
        #expect(try await office.value("COMPACT", "areas") == "CT, FTF")
        #expect(try await office.value("COMPACT", "mandate") == "One.\nTwo.\nThree.")
        #expect(try await office.digest() == hq.digest())
      }
    }
  }

  @Test func aSyncWithNothingToDoIsOneCall() async throws {
    try await Headquarters.overBothLinks { hq, link in
      let vienna = try hq.office("VIE", link)
      try await vienna.sync()
      let report = try await vienna.sync()
      #expect(report.round.calls == 1 && report.round.received == 0)
    }
  }

  @Test func afterItsOwnPushTheNextPullBringsNothing() async throws {
    let hq = try await Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    try await compact(vienna)
    #expect(try await vienna.sync().round.committed == 4)
    #expect(try await vienna.sync().round.received == 0)
  }

  @Test func anUnknownOfficeIsTurnedAway() async throws {
    try await Headquarters.overBothLinks { hq, link in
      let nobody = try hq.office("NOBODY", link)
      await #expect(throws: CallError.unknownOffice) { try await nobody.sync() }
    }
  }

  @Test func aReplicaOfAnotherRegisterIsTurnedAway() async throws {
    let (one, other) = (try await Headquarters(), try await Headquarters(seed: 2))
    let vienna = try one.office("VIE", DirectLink(service: one.service))
    try await vienna.sync()
    try await other.overTCP { link in
      await #expect(throws: CallError.otherRegister) { try await vienna.on(link).sync() }
    }
  }

  @Test func anAbsentServerIsUnreachableAndNothingIsLost() async throws {
    let hq = try await Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    try await compact(vienna)
    let nowhere = TCPLink(server: Endpoint(host: "127.0.0.1", port: 1))
    await #expect(throws: CallError.unreachable(.noAnswer)) {
      try await vienna.on(nowhere).sync()
    }
    #expect(try await vienna.pending().map(\.place) == [.new, .new, .new, .new])
    #expect(try await vienna.sync().round.committed == 4)
  }

  @Test func newRecordsOfWhichOneRefersToTheOtherAreAcceptedInOneSync() async throws {
    let hq = try await Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    try await vienna.new("goal", "code=SDG-16", "name=Peace", "framework=sdg", "number=16")
    try await vienna.new(
      "goal", "code=GPG-1", "name=Terrorism", "framework=gpg", "number=1", "aligned_with=SDG-16")
    // Older than what it refers to: it is sent first.
    try await vienna.new("goal", "code=GPG-2", "name=Borders", "framework=gpg", "number=2")
    try await vienna.edit("SDG-16", "aligned_with=GPG-2")
    let report = try await vienna.sync().round
    #expect(report.committed == 3 && report.refused == 0)
    #expect(try await vienna.digest() == hq.digest())
  }
}
