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
}
