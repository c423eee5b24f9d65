import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// A schema that becomes the register's while it is served.
struct SchemaTests {
  private func schema(
    _ version: UInt32 = 2, unique: [[FieldNumber]] = [], acyclic: Bool = false,
    more: [FieldDefinition] = []
  ) throws -> Schema {
    let old = try TestRegister.schema()
    return Schema(
      unchecked: version,
      old.kinds.map { kind in
        guard kind.number == TestRegister.goal else { return kind }
        let fields = kind.fields.map { field in
          field.number != TestRegister.aligned || !acyclic
            ? field
            : FieldDefinition(
              field.number, field.name, label: field.label, type: field.type,
              constraints: [.acyclic])
        }
        return Kind(
          kind.number, kind.name, label: kind.label, coding: kind.coding, fields: fields + more,
          unique: unique)
      })
  }

  private func apply(_ schema: Schema, to server: ServerFixture, isTrial: Bool = false) async throws
    -> Schema
  {
    try await server.service.apply(schema, coding: server.maker.coding, isTrial: isTrial)
  }

  private func goal(
    _ server: ServerFixture, _ code: String, _ name: String, aligned: Set<RecordID> = []
  ) throws -> Revision {
    var fields: Fields = [TestRegister.name: .text(name)]
    if !aligned.isEmpty { fields[TestRegister.aligned] = .references(aligned) }
    return try server.maker.revision(TestRegister.goal, code, fields: fields)
  }

  @Test(.mustEnd) func followersGetItBeforeWhatCountsOnIt() async throws {
    let server = try await ServerFixture()
    let phone = FieldNumber(9)
    let next = try schema(
      more: [FieldDefinition(phone, "phone", label: "Telephone", type: .text)])
    let (endpoint, (stream, feed)) = (
      try await server.endpoint(), AsyncStream<PullResponse>.makeStream()
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { feed.finish() }
        try await endpoint.pull(server.request(follow: true)) { feed.yield($0) }
      }
      var messages = stream.makeAsyncIterator()
      guard case .header(let header)? = await messages.next() else { throw CancellationError() }
      #expect(header.schema == nil)
      while server.service.followers == 0 { await Task.yield() }
      _ = try await apply(next, to: server)
      var told: [FiledSchema] = []
      while told.isEmpty, case .batch(let batch)? = await messages.next() {
        told += [batch.schema].compactMap(\.self)
        #expect(
          batch.changes.isEmpty
            && batch.through == server.log.cursor(at: batch.through.position.number))
      }
      #expect(told.map(\.schema) == [next])
      server.service.stopFollowing()
      try await group.waitForAll()
    }
    let edit = try server.maker.revision(
      TestRegister.goal, "GG", fields: [phone: .text("+43 1")])
    #expect(try await server.push([edit])[0].outcome.committed?.position.number == 2)
    // Who has another one gets it with the header.
    let pull = try await server.pull(server.request())
    guard case .header(let header)? = pull.first else { throw CancellationError() }
    #expect(header.schema?.schema == next)
  }

  @Test func allThatIsWrongIsToldAndNothingChanges() async throws {
    let server = try await ServerFixture()
    let head = try await server.log.status().head
    let wrong = Schema(
      unchecked: 1,
      [
        Kind(
          TestRegister.goal, "goal", label: " ", coding: .chosen,
          fields: [FieldDefinition(TestRegister.name, "name", label: "N", type: .date)])
      ])
    await #expect {
      _ = try await apply(wrong, to: server)
    } throws: { error in
      guard case SchemaRefusal.faults(let faults)? = error as? SchemaRefusal else { return false }
      return faults.map(\.reason) == [
        .badLabel("is blank"), .versionNotNewer(than: 1), .kindMissing("area"),
        .fieldMissing("aligned"), .typeChanged(.text),
      ]
    }
    await #expect(throws: SchemaRefusal.unchanged) {
      _ = try await apply(TestRegister.schema(), to: server)
    }
    _ = try await apply(schema(), to: server, isTrial: true)
    #expect(try await server.log.status().head == head)
    #expect(try await server.log.schemas().isEmpty)
  }

  @Test func recordsThatBreakANewRuleAreNamed() async throws {
    let server = try await ServerFixture()
    let one = try goal(server, "ONE", "A")
    let two = try goal(server, "TWO", "A", aligned: [one.record])
    _ = try await server.push([one, two])
    let back = try server.maker.revision(
      TestRegister.goal, "ONE", record: one.record, parent: server.maker.id(of: one),
      fields: [TestRegister.name: .text("A"), TestRegister.aligned: .references([two.record])])
    _ = try await server.push([back])
    for (next, expected) in [
      (try schema(unique: [[TestRegister.name]]), ["goal ONE and TWO: have the same name"]),
      (
        try schema(acyclic: true),
        ["ONE", "TWO"].map { "goal \($0): field 'aligned' leads back to its own record" }
      ),
    ] {
      await #expect {
        _ = try await apply(next, to: server)
      } throws: { error in
        guard case SchemaRefusal.breaches(let found)? = error as? SchemaRefusal else {
          return false
        }
        return found.map(\.description).sorted() == expected
      }
    }
    #expect(try await server.log.status().schema.version == 1)
  }

  @Test func aNewRuleBindsWhatIsThereAlready() async throws {
    let server = try await ServerFixture()
    let one = try goal(server, "ONE", "A")
    let two = try goal(server, "TWO", "B", aligned: [one.record])
    _ = try await server.push([one, two])
    _ = try await apply(schema(unique: [[TestRegister.name]], acyclic: true), to: server)
    #expect(try await server.push([goal(server, "THREE", "A")])[0].outcome.refusal == .invalid)
    let back = try server.maker.revision(
      TestRegister.goal, "ONE", record: one.record, parent: server.maker.id(of: one),
      fields: [TestRegister.name: .text("A"), TestRegister.aligned: .references([two.record])])
    #expect(try await server.push([back])[0].outcome.refusal == .reference)
    _ = try await server.service.verify()
    // And goes again.
    _ = try await apply(schema(3), to: server)
    #expect(try await server.push([back])[0].outcome.committed != nil)
    _ = try await server.service.verify()
  }

  @Test func ofTwoAdministratorsOneIsTold() async throws {
    let server = try await ServerFixture()
    let next = try schema(unique: [[TestRegister.name]])
    _ = try await apply(next, to: server)
    await #expect(throws: SchemaRefusal.unchanged) { _ = try await apply(next, to: server) }
    await #expect {
      _ = try await apply(schema(), to: server)
    } throws: { error in
      error as? SchemaRefusal == .faults([SchemaFault(.versionNotNewer(than: 2))])
    }
  }
}

extension Verdict.Outcome {
  fileprivate var committed: Committed? {
    if case .committed(let committed) = self { committed } else { nil }
  }
  fileprivate var refusal: Refusal.Reason? {
    if case .refused(let refusal) = self { refusal.reason } else { nil }
  }
}
