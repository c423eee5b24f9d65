import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every store of a whole register keeps to.
@Suite struct RegisterStoreContract {
  let scratch: Scratch
  let maker: AreaMaker

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 33)
  }

  private func store(_ kind: StorePlace.Kind) async throws -> any RegisterStore {
    let place = try kind.new(in: scratch, "hq")
    try await place.create(
      maker.newID(), Standing(certificate: [1], key: [2], hosts: [], port: 0), maker.coding)
    return try await place.open(maker.coding)
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func theRosterIsAnotherOneOnlyAfterAChangeOfIt(_ kind: StorePlace.Kind) async throws {
    let store = try await store(kind)
    let office = Office(id: maker.office, name: "Vienna")
    let first = try await store.generation()
    try await store.change { try $0.put(office) }
    let second = try await store.generation()
    #expect(second != first)
    let entry = AuditEntry(time: .millisecond(5), .callRefused, "VIE", by: "A", note: "")
    #expect(try await store.change { try $0.office(office.id) } == office)
    try await store.change { try $0.note(entry) }
    #expect(try await store.generation() == second, "nobody is admitted otherwise")
    #expect(try await store.audit(limit: 9) == [entry])
    try await store.change { roster in
      try roster.note(entry)
      try roster.put(office)
    }
    #expect(try await store.generation() != second)
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func whatTwoServersSeeOfAReplicaIsAddedUp(_ kind: StorePlace.Kind) async throws {
    let store = try await store(kind)
    _ = try await FilledRegister(store, maker)
    let replica = try await store.replicas()[0].id
    let before = try #require(await store.sightings()[replica]).pushes
    var one = ReplicaSighting(called: .millisecond(20), peer: "one")
    (one.applied, one.pushes) = (LogPosition(7), 3)
    (one.pushed, one.wentBack) = (.millisecond(20), .millisecond(20))
    // It knows nothing of that, and its clock is behind.
    var other = ReplicaSighting(called: .millisecond(10), peer: "other")
    (other.applied, other.pushes, other.wentBack) = (LogPosition(9), 2, .millisecond(4))
    for seen in [one, other] { try await store.put([replica: seen]) }
    var together = other
    (together.pushes, together.pushed, together.wentBack) = (before + 5, one.pushed, one.wentBack)
    #expect(try await store.sightings()[replica] == together)
    for seen in [one, other] {
      var seen = seen
      seen.wentBack = nil
      try await store.put([replica: seen])
    }
    #expect(try await store.sightings()[replica]?.wentBack == one.wentBack)
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func aPartOfLargeRevisionsIsSmall(_ kind: StorePlace.Kind) async throws {
    let store = try await store(kind)
    let large = String(repeating: "a", count: 400_000)
    let areas = try (10..<20).map { try maker.area("AREA-\($0)", name: large) }
    let small = try (20..<60).map { try maker.area("AREA-\($0)") }
    let ancestors = try (0..<9).map { number in
      try maker.coding.encode(
        maker.area("AREA-59", name: "\(number)" + large, record: small[39].record)
      ).encoded
    }
    for area in small.dropLast() + areas { _ = try await store.append([area], maker) }
    let last = CommitDecision(
      edit: maker.newID(),
      action: .append(
        LogAddition(
          try maker.coding.encode(small[39]), links: nil,
          keys: (0..<9).map { UniqueKey(bytes: [$0] + Array(large.utf8)) },
          provenance: Provenance(ancestors: ancestors))))
    _ = try await store.commit(CommitQuestion()) { _ in [last] }
    let parts = try await store.parts()
    let sizes = parts.map(\.size)
    #expect(sizes.max() ?? 0 <= RegisterPart.bytes + 500_000)
    #expect(sizes.reduce(0, +) >= 28 * 400_000)
    #expect(parts.count < 60, "small ones come together")
    let positions = parts.flatMap { part -> [Int64] in
      if case .entries(let rows) = part { rows.map(\.cursor.position.number) } else { [] }
    }
    #expect(positions == Array(1...50))
    let names = parts.flatMap { part -> [RevisionID] in
      if case .ancestors(let rows) = part { rows.map(\.revision.id) } else { [] }
    }
    #expect(names.count == 9 && Set(names) == Set(ancestors.map(\.id)))
    let kept = Collected<RevisionID>()
    try await store.forEachRevision { kept.add($0.encoded.id) }
    let records = (small + areas).sorted { $0.record < $1.record }
    #expect(try kept.all == records.map { try maker.id(of: $0) })
  }
}

extension RegisterPart {
  /// Bytes of what may be long.
  fileprivate var size: Int {
    switch self {
    case .entries(let rows): rows.reduce(0) { $0 + $1.revision.bytes.count }
    case .ancestors(let rows): rows.reduce(0) { $0 + $1.revision.bytes.count }
    case .keys(let rows): rows.reduce(0) { $0 + $1.key.count }
    case .schemas(let rows): rows.reduce(0) { $0 + $1.bytes.count }
    case .register, .absorbed, .wanted, .heads, .links, .offices, .replicas, .invitations,
      .sightings, .audit:
      0
    }
  }
}
