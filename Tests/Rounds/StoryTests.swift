import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
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
      #expect(report.conflicts == 1 && report.machine.calls == 1)

      let conflict = try #require(try await vienna.conflicts().first)
      let field = try #require(conflict.record.kind.field(named: "un_entities")?.number)
      #expect(conflict.cause == .merge([.field(field)]))
      #expect(conflict.base?.state.fields[field] == .number(36))
      #expect(conflict.ours.state.fields[field] == .number(39))
      #expect(conflict.theirs?.state.fields[field] == .number(41))

      let resolved = try await vienna.resolve("COMPACT", take: .theirs)
      #expect(resolved.visible.parent == conflict.record.stored.head?.id)
      #expect(resolved.visible.secondParent == conflict.record.pending?.ours.id)
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
      #expect(report.machine.calls == 1 && report.machine.received == 0)
    }
  }

  @Test func afterItsOwnPushTheNextPullBringsNothing() async throws {
    let hq = try Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    try await compact(vienna)
    #expect(try await vienna.sync().machine.committed == 4)
    #expect(try await vienna.sync().machine.received == 0)
  }

  @Test func anUnknownOfficeIsTurnedAway() async throws {
    let hq = try Headquarters()
    try await hq.overTCP { link in
      let nobody = try hq.office("NOBODY", link)
      await #expect {
        try await nobody.sync()
      } throws: {
        ($0 as? SyncError)?.code == .unknownOffice
      }
    }
  }

  @Test func aReplicaOfAnotherRegisterIsTurnedAway() async throws {
    let (one, other) = (try Headquarters(), try Headquarters())
    let vienna = try one.office("VIE", DirectLink(service: one.service))
    try await vienna.sync()
    try await other.overTCP { link in
      let moved = TestOffice(id: vienna.id, store: vienna.store, link: link)
      await #expect {
        try await moved.sync()
      } throws: {
        ($0 as? SyncError)?.code == .otherRegister
      }
    }
  }

  @Test func anAbsentServerIsUnreachableAndNothingIsLost() async throws {
    let hq = try Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    try await compact(vienna)
    let cut = TestOffice(
      id: vienna.id, store: vienna.store, link: TCPLink(address: "127.0.0.1:1", service: hq.service)
    )
    await #expect {
      try await cut.sync()
    } throws: {
      ($0 as? SyncError)?.code == .unreachable
    }
    #expect(try await vienna.store.outboxCounts().ready == 4)
    #expect(try await vienna.sync().machine.committed == 4)
  }

  @Test func twoRecordsWithOneCodeAreAConflictThatANewCodeSettles() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await newYork.sync()
    try await vienna.new("area", "code=CYBER", "name=Vienna's")
    try await newYork.new("area", "code=CYBER", "name=New York's")
    try await newYork.sync()
    try await vienna.sync()
    #expect(try await vienna.conflicts().map(\.cause) == [.codeTaken])
    try await vienna.resolve("CYBER", take: nil, "code=CYBER-VIE")
    try await vienna.sync()
    try await newYork.sync()
    #expect(try await newYork.value("CYBER-VIE", "name") == "Vienna's")
    #expect(try await newYork.value("CYBER", "name") == "New York's")
  }

  @Test func whatTheServerRefusesStaysInTheOutboxWithItsReason() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await vienna.new("area", "code=ONE", "name=One")
    try await vienna.new("area", "code=TWO", "name=Two")
    try await vienna.sync()
    try await newYork.sync()
    // Each edit is fine alone; together they would lead round in a circle.
    try await vienna.edit("ONE", "parent=TWO")
    try await newYork.edit("TWO", "parent=ONE")
    try await newYork.sync()
    #expect(try await vienna.sync().machine.refused == 1)
    let waiting = try #require(try await vienna.pending().first)
    #expect(
      waiting.pending?.status == .refused(reason: "field 'parent' leads back to its own record"))
    #expect(try await vienna.value("ONE", "parent") == "TWO")
    try await vienna.edit("ONE", "parent=", "name=First")
    #expect(try await vienna.sync().machine.committed == 1)
  }

  @Test func addingToADisputedFieldNeedsASideToAddTo() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await vienna.new("area", "code=CYBER", "name=Cyber", "description=One.")
    try await vienna.sync()
    try await newYork.sync()
    try await vienna.edit("CYBER", "description=Vienna.")
    try await newYork.edit("CYBER", "description=New York.")
    try await vienna.sync()
    #expect(try await newYork.sync().conflicts == 1)
    await #expect {
      try await newYork.resolve("CYBER", take: nil, "description+=More.")
    } throws: {
      ($0 as? ReplicaError)?.code == .unresolved
    }
    try await newYork.resolve("CYBER", take: .theirs, "description+=More.")
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "description") == "Vienna.\nMore.")
  }

  @Test func theDeletedSideOfAConflictTakesNoValues() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await vienna.new("area", "code=CYBER", "name=Cyber", "description=One.")
    try await vienna.sync()
    try await newYork.sync()
    _ = try await vienna.replica().delete(vienna.replica().record("CYBER"))
    try await newYork.edit("CYBER", "name=Cybercrime")
    try await vienna.sync()
    try await newYork.sync()
    for takes in [[:], ["name": Replica.Side.ours]] {
      await #expect {
        try await newYork.resolve(
          "CYBER", take: .theirs, takes: takes, takes.isEmpty ? "name=Zombie" : "description=x")
      } throws: {
        ($0 as? ReplicaError)?.code == .badInput
      }
    }
    try await newYork.resolve("CYBER", take: .ours, "name=Cyber crime")
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "description") == "One.")
  }

  @Test func whatOnlyTogetherBreaksARuleIsAConflict() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await compact(vienna)
    let code = try await vienna.new(
      "participation", "organization=UNOCT", "body=COMPACT", "role=member"
    ).code.text
    try await vienna.sync()
    try await newYork.sync()
    try await vienna.edit(code, "since=2019")
    try await newYork.edit(code, "until=2018")
    try await newYork.sync()
    #expect(try await vienna.sync().conflicts == 1)
    let conflict = try #require(try await vienna.conflicts().first)
    #expect(conflict.cause == .merge([.together]))
    #expect(conflict.problem?.message == "field 'until' must not be before 'since'")
    #expect(conflict.changed == [FieldNumber(4), FieldNumber(5)])
    await #expect(throws: ReplicaError.self) { try await vienna.resolve(code, take: nil) }
    await #expect(throws: ReplicaError.self) {
      try await vienna.resolve(code, take: nil, "remark=left as it is")
    }
    try await vienna.resolve(code, take: nil, takes: ["until": .base])
    try await vienna.sync()
    #expect(try await vienna.value(code, "since") == "2019")
    #expect(try await vienna.value(code, "until") == nil)
    #expect(try await vienna.digest() == hq.digest())
  }

  @Test func aMergeThatOutgrowsARecordIsAConflictAndTheRestOfTheOutboxGoesOn() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await compact(vienna)
    try await vienna.new("organization", "code=INTERPOL", "name=INTERPOL", "type=other")
    try await vienna.new(
      "office", "code=LYO", "name=Lyon", "organization=INTERPOL", "city=Lyon", "country=FR")
    let code = try await vienna.new(
      "engagement", "title=T", "starts=2026", "lead=LYO", "status=planned", "agenda=first\nlast"
    ).code.text
    try await vienna.sync()
    try await newYork.sync()
    func items(_ mark: String) -> String {
      (0..<160).map { "\(mark)\($0) " + String(repeating: "x", count: 950) }
        .joined(separator: "\n")
    }
    try await vienna.edit(code, "agenda=\(items("v"))\nfirst\nlast")
    try await newYork.edit(code, "agenda=first\nlast\n\(items("n"))")
    try await newYork.sync()
    try await vienna.edit("FTF", "name=Foreign fighters")
    let report = try await vienna.sync()
    #expect(report.conflicts == 1 && report.machine.committed == 1)
    #expect(try await vienna.conflicts().first?.problem?.message.contains("bytes") == true)
    try await vienna.resolve(code, take: .theirs)
    try await vienna.sync()
    #expect(try await vienna.digest() == hq.digest())
  }

  @Test func newRecordsThatReferToEachOtherAreAcceptedInOneSync() async throws {
    let hq = try Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    try await vienna.new("goal", "code=SDG-16", "name=Peace", "framework=sdg", "number=16")
    try await vienna.new(
      "goal", "code=GPG-1", "name=Terrorism", "framework=gpg", "number=1", "aligned_with=SDG-16")
    try await vienna.edit("SDG-16", "aligned_with=GPG-1")
    let report = try await vienna.sync().machine
    #expect(report.committed == 2 && report.refused == 0)
    #expect(try await vienna.digest() == hq.digest())
  }

  @Test func aDeletionAgainstAnEditWaitsForAPerson() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await vienna.new("area", "code=CYBER", "name=Cyber")
    try await vienna.sync()
    try await newYork.sync()
    let replica = try await newYork.replica()
    _ = try await replica.delete(replica.record("CYBER"))
    try await newYork.sync()
    try await vienna.edit("CYBER", "name=Cybercrime")
    try await vienna.sync()
    #expect(try await vienna.conflicts().map(\.cause) == [.merge([.deletion])])
    try await vienna.resolve("CYBER", take: .ours)
    try await vienna.sync()
    try await newYork.sync()
    #expect(try await newYork.value("CYBER", "name") == "Cybercrime")
  }

  @Test func aFollowerSeesACommitAndEndsWhenTheServerDrains() async throws {
    let hq = try Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    let newYork = try hq.office("NYC", DirectLink(service: hq.service))
    try await newYork.sync()
    try await vienna.sync()
    let cursor = try await vienna.store.identity().cursor
    let service = hq.service
    let (received, receive) = AsyncStream.makeStream(of: Int.self)
    async let following: Void = service.changes(after: cursor?.position ?? .zero, follow: true) {
      batch, _ in receive.yield(batch.items.count)
    }
    try await newYork.new("area", "code=CYBER", "name=Cyber")
    try await newYork.sync()
    var iterator = received.makeAsyncIterator()
    #expect(await iterator.next() == 1)
    service.stopFollowing()
    try await following
  }
}
