import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// Two servers on one database whose clocks are hours apart.
@Suite(.offPool(.databases)) struct ClockTests {
  private let hour: Int64 = 3_600_000

  @Test func whatIsWrittenKeepsTheOrderOfTheDatabase() async throws {
    let register = try await DatabaseRegister(on: PostgresServer.shared.get(), seed: 46)
    let (ahead, behind) = (try await register.open(), try await register.open())
    let servers = [(ahead, 9 * hour), (behind, hour), (ahead, 9 * hour + 1), (behind, hour + 1)]
    for (number, (server, time)) in servers.enumerated() {
      // Its time is in the revision, and decides nothing.
      let area = try register.maker.area("AREA-\(number)")
      let origin = Origin(
        office: register.maker.office, author: "A", time: Timestamp(milliseconds: time))
      let revision = Revision(
        record: area.record, kind: area.kind, parent: nil, state: area.state, origin: origin)
      let outcome = try await register.push(register.maker.candidate(revision), to: server)
      #expect(outcome.committed?.position.number == Int64(number + 1), "without a gap")
      try await server.change { roster in
        try roster.note(
          AuditEntry(
            time: Timestamp(milliseconds: time), .officeAdded, "VIE", by: "server",
            note: "\(number)"
          ))
      }
    }
    #expect(try await ahead.audit(limit: 9).map(\.note) == ["3", "2", "1", "0"])
    #expect(try await ahead.last(.officeAdded, of: "VIE")?.milliseconds == hour + 1)
    #expect(try await behind.status().head == ahead.status().head)
    let changes = try await behind.changes(after: .zero, limit: BatchLimit()).changes
    #expect(changes.map(\.position.number) == [1, 2, 3, 4])
    try await ahead.checkIntegrity()
  }
}
