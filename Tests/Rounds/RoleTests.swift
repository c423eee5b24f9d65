import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// What an office may write, by its role.
struct RoleTests {
  private let hq: Headquarters
  private let vienna, newYork: TestOffice

  init() async throws {
    (hq, vienna, newYork) = try await Headquarters.withTwoOffices { vienna in
      try await vienna.new("area", "code=ONE", "name=One")
    }
  }

  private func give(_ role: Role, to office: TestOffice) async throws {
    try await hq.log.change { roster in
      guard var known = try roster.office(office.id) else { throw Problem("no office") }
      known.role = role
      try roster.put(known)
    }
  }

  private func refusal(_ office: TestOffice, _ code: String) async throws -> String? {
    try await office.sync()
    return try await office.pending().first { $0.code.text == code }?.reason
  }

  @Test func aContributorWritesAndTakesAwayOnlyItsOwn() async throws {
    try await give(.contributor, to: newYork)
    try await newYork.edit("ONE", "name=New York's")
    try await newYork.new("area", "code=OWN", "name=Own")
    #expect(try await newYork.sync().round.committed == 2)
    #expect(try await newYork.replica.status().role == "contributor")
    _ = try await newYork.replica.delete("OWN", note: "", isForced: false)
    #expect(try await newYork.sync().round.committed == 1)
    _ = try await newYork.replica.delete("ONE", note: "", isForced: false)
    let why = try await refusal(newYork, "ONE")
    #expect(why?.contains("deletes only what its own office made") == true, "\(why ?? "-")")
    // Nothing is lost by it: a registrar's edit of the same kind is taken, and so is this one then.
    try await give(.registrar, to: newYork)
    #expect(try await newYork.sync(retriesAll: true).round.committed == 1)
    #expect(try await newYork.replica.status().role == "registrar")
  }

  @Test func aContributorRestoresOnlyItsOwn() async throws {
    let first = try #require(try hq.revisions().first)
    let name = try newYork.environment.coding.encode(first).id.description
    _ = try await vienna.replica.delete("ONE", note: "", isForced: false)
    try await vienna.sync()
    try await newYork.sync()
    try await give(.contributor, to: newYork)
    _ = try await newYork.replica.restore("ONE", to: String(name.prefix(10)), note: "")
    let why = try await refusal(newYork, "ONE")
    #expect(why?.contains("restores only what its own office made") == true, "\(why ?? "-")")
    try await give(.contributor, to: vienna)
    _ = try await vienna.replica.restore("ONE", to: String(name.prefix(10)), note: "")
    #expect(try await vienna.sync().round.committed == 1)
  }

  @Test func aReaderWritesNothingAndKeepsWhatItWrote() async throws {
    try await give(.reader, to: newYork)
    try await newYork.edit("ONE", "name=A reader's")
    let why = try await refusal(newYork, "ONE")
    #expect(why?.contains("is a reader") == true, "\(why ?? "-")")
    #expect(try await newYork.value("ONE", "name") == "A reader's")
    #expect(try await newYork.replica.status().role == "reader")
    #expect(try hq.revisions().count == 1)
    try await give(.contributor, to: newYork)
    #expect(try await newYork.sync(retriesAll: true).round.committed == 1)
  }

  @Test func whatAReaderWroteOnceItHandsBackToARestoredServer() async throws {
    let backup = try await hq.backedUp()
    try await newYork.edit("ONE", "name=Accepted")
    try await newYork.sync()
    let restored = try await hq.restored(from: backup)
    try await restored.log.change { roster in
      guard var known = try roster.office(newYork.id) else { throw Problem("no office") }
      known.role = .reader
      try roster.put(known)
    }
    #expect(try await newYork.on(restored.link).sync().handBack.handedBack == 1)
    #expect(try restored.revisions().count == 2)
  }
}
