import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import Synchronization
import Testing

/// Corners of a register that its offices heal.
struct HealingTests {
  private func offices(
    _ codes: [String] = ["ONE", "TWO", "THREE"]
  ) async throws -> (hq: Headquarters, vienna: TestOffice, newYork: TestOffice) {
    try await Headquarters.withTwoOffices {
      for code in codes { try await $0.new("area", "code=\(code)", "name=\(code)") }
    }
  }

  private func settle(_ hq: Headquarters, _ offices: TestOffice...) async throws {
    for _ in 1...3 {
      for office in offices { try await office.on(hq.link).sync() }
    }
    for office in offices {
      #expect(try await office.digest() == hq.digest(), "\(office.id)")
      #expect(try await office.pending().isEmpty, "\(office.id)")
    }
  }

  /// New York's edit came between Vienna's pull and its push: Vienna's stands past its cursor.
  @Test func whatWasAcceptedPastTheCursorIsNotTakenOnTrust() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    // A sync of Vienna's whose pull is over when New York's push comes.
    try await vienna.edit("ONE", "name=Vienna's")
    let between = Between(inner: hq.link) {
      try await newYork.edit("TWO", "name=New York's")
      try await newYork.sync()
    }
    try await vienna.on(between).sync()
    let identity = try await vienna.store.identity()
    #expect(identity.isAhead && identity.cursor?.position.number == 3)

    let restored = try await hq.restored(from: backup)
    #expect(try await vienna.on(restored.link).sync().handBack.handedBack == 1)
    try await settle(restored, vienna, newYork)
    #expect(try await newYork.value("ONE", "name") == "Vienna's")
    #expect(try await vienna.value("TWO", "name") == "New York's")
    // Where nothing was lost, it comes again and is not handed back.
    try await vienna.edit("ONE", "name=Again")
    let again = Between(inner: restored.link) {
      try await newYork.on(restored.link).edit("TWO", "name=Again")
      try await newYork.on(restored.link).sync()
    }
    try await vienna.on(again).sync()
    #expect(try await vienna.on(restored.link).sync().handBack == HandBack())
    try await settle(restored, vienna, newYork)
  }

  @Test func whatAnotherReplicaHasMergedIsNotHandedBackAgain() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "description=Vienna's.")
    try await vienna.sync()
    try await newYork.sync()
    let restored = try await hq.restored(from: backup)
    let lyon = try restored.office("LYO", restored.link)
    try await lyon.sync()
    try await lyon.edit("ONE", "name=Lyon's")
    try await lyon.sync()
    #expect(try await vienna.on(restored.link).sync().merged == 1)
    for isHealing in [true, false] {
      try await restored.log.setHealing(isHealing)
      let copy = try restored.copied(newYork, seed: isHealing ? 3 : 4).on(restored.link)
      #expect(try await copy.sync().handBack == HandBack(), "healing \(isHealing)")
      #expect(try await copy.pending().isEmpty)
      #expect(try await copy.sync().round.calls == 1)
    }
    try await settle(restored, vienna, newYork, lyon)
    #expect(try await lyon.value("ONE", "description") == "Vienna's.")
  }

  /// The office that wrote it has lost its disk; another has an edit of its own in the way.
  @Test func whatIsHandedBackWaitsForAnEditThatWasNotMadeFromIt() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "description=Lost.", note: "lost")
    try await vienna.sync()
    try await newYork.sync()
    let restored = try await hq.restored(from: backup)
    try await restored.log.setHealing(false)
    let office = newYork.on(restored.link)
    #expect(try await office.sync().handBack.waiting == 1)
    // The record can be edited as it is now, and the edit is sent.
    try await office.edit("ONE", "name=New York's")
    #expect(try await office.sync().round.committed == 1)
    try await office.edit("ONE", "name=Newer")
    try await restored.log.setHealing(true)
    try await office.sync()
    try await settle(restored, newYork)
    #expect(try await office.value("ONE", "name") == "Newer")
    #expect(try await office.value("ONE", "description") == "Lost.")
    #expect(try restored.ancestors().count == 1, "as it was, behind what was made of it")
  }

  @Test func anEditOnWhatWasOvertakenIsNotTakenBackWithIt() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "description=Lost.")
    try await vienna.sync()
    try await vienna.edit("ONE", "description=Lost, and more.")
    let restored = try await hq.restored(from: backup)
    try await newYork.on(restored.link).edit("ONE", "description=New York's.")
    try await newYork.on(restored.link).sync()
    #expect(try await vienna.on(restored.link).sync().conflicts == 1)
    await #expect(throws: ReplicaError.nothingToUndo) { try await vienna.replica.undo() }
    try await vienna.resolve("ONE", take: .ours)
    try await settle(restored, vienna, newYork)
    #expect(try await newYork.value("ONE", "description") == "Lost, and more.")
    #expect(try restored.ancestors().count == 2)
  }

  @Test func whatWasLostTwiceComesBackInItsOrder() async throws {
    let (hq, vienna, newYork) = try await offices()
    let first = try await hq.backedUp()
    try await vienna.edit("ONE", "name=1")
    try await vienna.sync()
    try await newYork.sync()
    let second = try await hq.backedUp()
    try await vienna.edit("ONE", "name=2")
    try await vienna.sync()
    try await newYork.sync()
    let once = try await hq.restored(from: second)
    try await once.log.setHealing(false)
    #expect(try await newYork.on(once.link).sync().handBack.waiting == 1)
    let twice = try await hq.restored(from: first)
    #expect(try await newYork.on(twice.link).sync().handBack.handedBack == 2)
    let names = try await twice.log.latest(2, isHandedBack: true).map {
      try newYork.environment.coding.decode($0.revision.bytes).state.fields[FieldNumber(1)]
    }
    #expect(names == [.text("2"), .text("1")])
    try await settle(twice, vienna, newYork)
  }

  /// The verdict was lost, another office handed the revision back, and a third changed it.
  @Test func anEditInFlightThatAnotherHasHandedBackIsNotSentOnTopOfItself() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "name=Vienna's", "description=V.")
    let points = Mutex(0)
    let cut = CutLink(inner: hq.link) {
      let point = points.withLock { points in
        points += 1
        return points
      }
      if point == 6 { throw CutLink.broken }
    }
    await #expect(throws: CallError.self) { try await vienna.on(cut).sync() }
    try await newYork.sync()
    let restored = try await hq.restored(from: backup)
    let office = newYork.on(restored.link)
    #expect(try await office.sync().handBack.handedBack == 1)
    try await office.edit("ONE", "name=Corrected")
    try await office.sync()
    let report = try await vienna.on(restored.link).sync()
    #expect(report.counts.pending == 0 && report.conflicts == 0)
    try await settle(restored, vienna, newYork)
    #expect(try await vienna.value("ONE", "name") == "Corrected")
  }

  /// What was accepted first is there again, and was corrected since.
  @Test func whatIsHandedBackDoesNotRepeatWhatItWasMadeFrom() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "description=Wrong.")
    try await vienna.sync()
    try await newYork.sync()
    try await newYork.edit("ONE", "name=New York's")
    try await newYork.sync()
    let restored = try await hq.restored(from: backup)
    let lyon = try restored.office("LYO", restored.link)
    try await lyon.sync()
    try await lyon.edit("THREE", "name=Lyon's")
    try await lyon.sync()
    try await vienna.on(restored.link).sync()
    try await vienna.edit("ONE", "description=")
    try await vienna.on(restored.link).sync()
    try await newYork.on(restored.link).sync()
    try await settle(restored, vienna, newYork)
    #expect(try await vienna.value("ONE", "name") == "New York's")
    #expect(try await newYork.value("ONE", "description") == nil)
  }

  /// Neither could go before the other: the edit in flight waited for what it was made from.
  @Test func anEditInFlightOnWhatWasOvertakenGetsItsVerdict() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "description=Lost.")
    try await vienna.sync()
    try await vienna.edit("ONE", "name=In flight")
    let points = Mutex(0)
    let cut = CutLink(inner: hq.link) {
      let point = points.withLock { points in
        points += 1
        return points
      }
      if point == 6 { throw CutLink.broken }
    }
    await #expect(throws: CallError.self) { try await vienna.on(cut).sync() }
    let restored = try await hq.restored(from: backup)
    try await newYork.on(restored.link).edit("ONE", "parent=TWO")
    try await newYork.on(restored.link).sync()
    try await settle(restored, vienna, newYork)
    #expect(try await newYork.value("ONE", "description") == "Lost.")
    #expect(try await newYork.value("ONE", "name") == "In flight")
    #expect(try await vienna.value("ONE", "parent") == "TWO")
  }

  @Test func aRefusedRevisionIsTriedAgainAndTaken() async throws {
    let (hq, vienna, newYork) = try await offices()
    let backup = try await hq.backedUp()
    try await newYork.new("area", "code=NEW", "name=New")
    try await newYork.sync()
    try await vienna.sync()
    try await vienna.edit("ONE", "parent=NEW")
    try await vienna.sync()
    let restored = try await hq.restored(from: backup)
    try await restored.log.setHealing(false)
    // What it refers to is not there yet: only its own office may bring that.
    let report = try await vienna.on(restored.link).sync()
    #expect(report.counts.refused == 1 && report.handBack.waiting == 1)
    try await newYork.on(restored.link).sync()
    try await settle(restored, vienna, newYork)
    #expect(try await newYork.value("ONE", "parent") == "NEW")
  }
}

/// A line over which something happens between a pull and a push.
private struct Between: Link {
  let inner: any Link
  let body: @Sendable () async throws -> Void

  func connector(for office: OfficeID) -> any SyncConnector {
    Connector(inner: inner.connector(for: office), body: body)
  }

  private struct Connector: SyncConnector {
    let inner: any SyncConnector
    let body: @Sendable () async throws -> Void

    func connecting<Result: Sendable>(
      _ work: @escaping @Sendable (any SyncEndpoint) async throws -> Result
    ) async throws -> Result {
      try await inner.connecting { try await work(Endpoint(inner: $0, body: body)) }
    }
  }

  private struct Endpoint: SyncEndpoint {
    let inner: any SyncEndpoint
    let body: @Sendable () async throws -> Void

    func pull(
      _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
    ) async throws {
      try await inner.pull(request, receive: receive)
    }

    func push(
      next: @escaping @Sendable () async throws -> PushRequest?,
      receive: @escaping @Sendable (PushResponse) async throws -> Void
    ) async throws {
      try await body()
      try await inner.push(next: next, receive: receive)
    }

    func history(
      _ request: HistoryRequest,
      receive: @escaping @Sendable (HistoryResponse) async throws -> Void
    ) async throws {
      try await inner.history(request, receive: receive)
    }
  }
}
