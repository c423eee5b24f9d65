import LiaisonGRPC
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import Testing

/// What a replica says of itself, from its outbox to the server's file.
struct ReportTests {
  private struct OneLine: Link {
    let line: GRPCConnector
    func connector(for office: OfficeID) -> any SyncConnector { line }
  }

  @Test func whatAReplicaSaysOfItsOutboxIsKept() async throws {
    try await SecureServer.running(watches: false) { server in
      let (line, enrolment, _) = try await server.enrolled("NYC")
      let newYork = try server.hq.office("NYC", OneLine(line: line))
      func outbox() async throws -> ReplicaSighting.Outbox? {
        try await server.service.writeSightings(to: server.hq.log)
        return try await server.hq.log.sightings()[enrolment.replica]?.outbox
      }
      try await newYork.sync()
      #expect(try await outbox() == .init(waiting: 0, oldest: nil, conflicts: 0))
      try await newYork.new("area", "code=ONE", "name=One")
      try await newYork.new("area", "code=TWO", "name=Two")
      // What it says is of before the push, which takes both out.
      try await newYork.sync()
      #expect(try await outbox() == .init(waiting: 0, oldest: nil, conflicts: 0))
      // A conflict stays.
      let vienna = try server.hq.office("VIE", DirectLink(service: server.service))
      try await vienna.sync()
      try await vienna.edit("ONE", "name=Eins")
      try await vienna.sync()
      try await newYork.edit("ONE", "name=Uno")
      try await newYork.sync()
      try await newYork.sync()
      let kept = try #require(try await outbox())
      #expect(kept.waiting == 1 && kept.conflicts == 1)
      #expect(try #require(kept.oldest) <= server.time.now)
    }
  }
}
