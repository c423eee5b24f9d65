import LiaisonGRPC
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// An office that is let in no more while all of it is at work. Beside other tests its 220 calls wait longer for a
/// turn than a client waits for its server: `Scripts/test` runs it alone.
@Suite(.mustEnd)
struct RevocationLoadTests {
  private static let followers = 200
  private static let pushers = 20
  /// Replicas of the office, among which they are divided.
  private static let replicas = 4

  /// What the office's calls have come to.
  private struct Office {
    let verdicts = Collected<Void>()
    /// A follow's header, then what is committed.
    let heard = Collected<Void>()
    let endings = Collected<CallError>()
  }

  @Test func allCallsOfADisabledOfficeEndAndOthersGoOn() async throws {
    try await SecureServer.running { server in
      let vienna = Office()
      let (other, heard) = (try await server.enrolled("NYC").0, Collected<Void>())
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await other.connecting { try await $0.pullAll(follow: true) { heard.add(()) } }
        }
        try await call(vienna, server, &group)
        try await heard.reaches(1)
        try await vienna.heard.reaches(Self.followers)
        try await vienna.verdicts.reaches(10 * Self.pushers)
        try #require(vienna.endings.all.isEmpty, "no call ends before: \(vienna.endings.all)")
        try await disable("VIE", server)
        let disabled = ContinuousClock.now
        try await vienna.endings.reaches(Self.followers + Self.pushers)
        print("220 calls ended \(ContinuousClock.now - disabled) after their office was disabled")
        #expect(Set(vienna.endings.all) == [.notAdmitted(.officeDisabled)])
        // The other office hears of what is committed afterwards.
        let before = heard.all.count
        let lyon = try server.hq.office("LYO", DirectLink(service: server.service))
        try await lyon.sync()
        try await lyon.new("area", "code=ONE", "name=One")
        try await lyon.sync()
        try await heard.reaches(before + 1)
        group.cancelAll()
      }
    }
  }

  /// Makes the office's calls, which stand until they are ended.
  private func call(
    _ office: Office, _ server: SecureServer, _ group: inout ThrowingTaskGroup<Void, any Error>
  ) async throws {
    let (head, register) = (
      try await server.hq.log.status().head, try await server.hq.log.status().register
    )
    // A replica's calls share a connection: other tests of this process need files as well.
    for _ in 0..<Self.replicas {
      let connector = try await server.enrolled("VIE").0
      group.addTask {
        try await connector.connecting { endpoint in
          try await withThrowingTaskGroup(of: Void.self) { calls in
            for number in 0..<(Self.followers + Self.pushers) / Self.replicas {
              calls.addTask {
                do {
                  guard number < Self.pushers / Self.replicas else {
                    return try await endpoint.pullAll(follow: true) { office.heard.add(()) }
                  }
                  try await endpoint.push {
                    try Self.push(register, head)
                  } receive: { _ in
                    office.verdicts.add(())
                  }
                } catch let error as CallError {
                  office.endings.add(error)
                }
              }
            }
            try await calls.waitForAll()
          }
        }
      }
    }
  }

  private func disable(_ office: String, _ server: SecureServer) async throws {
    try await server.hq.log.change { roster in
      guard var office = try OfficeID(office).flatMap({ try roster.office($0) }) else {
        throw Problem("no office")
      }
      office.isDisabled = true
      try roster.put(office)
    }
  }

  /// A batch of one edit that no register takes.
  private static func push(_ register: RegisterID, _ head: Cursor) throws -> PushRequest {
    var random = SystemRandomNumberGenerator()
    let id = EditID(UUIDv7(milliseconds: 1, random: &random))
    return PushRequest(register: register, cursor: head, edits: [Edit(id: id, bytes: [1])])
  }
}
