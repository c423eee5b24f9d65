import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// A server whose register goes to another store under it.
struct MovedRegisterTests {
  let scratch: Scratch
  let maker: AreaMaker

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 34)
  }

  private func move(_ source: StorePlace, to target: StorePlace) async throws {
    let store = try await source.open(maker.coding, for: .reading)
    let entry = AuditEntry(time: .millisecond(77), .moved, "", by: "A")
    _ = try await target.fill(maker.coding) { place in
      try await RegisterCopy(coding: maker.coding).move(
        store, to: "\(target)", isForced: false, noting: entry, into: place)
    }
  }

  @Test(.mustEnd, arguments: StorePlace.Kind.allCases)
  func aServerOfTheOldPlaceSendsAwayWhoCallsAndWhoFollows(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    try await old.create(
      maker.newID(), Standing(certificate: [1], key: [2], hosts: [], port: 0), maker.coding)
    _ = try await FilledRegister(try await old.open(maker.coding), maker)
    let service = SyncService(log: try await old.open(maker.coding), coding: maker.coding)
    let endpoint = try await service.endpoint(for: maker.office)
    let request = PullRequest(register: nil, cursor: nil, schema: nil, follow: true)
    let heard = Collected<PullResponse>()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await endpoint.pull(request) { heard.add($0) } }
      try await heard.reaches(2)
      try await move(old, to: new)
      group.addTask { try await service.watchStore() }
      // The follow: a watch ends only when it is cancelled.
      try await group.next()
      group.cancelAll()
    }
    #expect(service.health == .notServing)
    await #expect(throws: CallError.storeUnavailable) {
      try await endpoint.pull(request) { heard.add($0) }
    }
    #expect(heard.all.count == 2)
  }
}
