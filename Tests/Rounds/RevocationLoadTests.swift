import LiaisonGRPC
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// An office that is let in no more while all of it is at work.
@Suite(.timeLimit(.minutes(5)))
struct RevocationLoadTests {
  private static let followers = 200
  private static let pushers = 20
  /// Replicas of the office, among which they are divided.
  private static let replicas = 4

  @Test func allCallsOfADisabledOfficeEndAndOthersGoOn() async throws {
    try await SecureServer.running { server in
      let head = try await server.hq.log.status().head
      let register = try await server.hq.log.status().register
      let (pushes, endings) = (Collected<Void>(), Collected<CallError>())
      let (other, otherHeard) = (try await server.enrolled("NYC").0, Collected<Void>())
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          try await other.connecting { try await $0.pullAll(follow: true) { otherHeard.add(()) } }
        }
        for _ in 0..<Self.replicas {
          let connector = try await server.enrolled("VIE").0
          for number in 0..<(Self.followers + Self.pushers) / Self.replicas {
            let isPusher = number < Self.pushers / Self.replicas
            group.addTask {
              do {
                try await connector.connecting { endpoint in
                  guard isPusher else { return try await endpoint.pullAll(follow: true) }
                  try await endpoint.push {
                    try Self.push(register, head)
                  } receive: { _ in
                    pushes.add(())
                  }
                }
              } catch let error as CallError {
                endings.add(error)
              }
            }
          }
        }
        while server.service.followers < Self.followers + 1 || pushes.all.count < 10 * Self.pushers
        {
          await Task.yield()
        }
        let start = ContinuousClock.now
        try await server.hq.log.change { roster in
          guard var office = try OfficeID("VIE").flatMap({ try roster.office($0) }) else {
            throw Problem("no office")
          }
          office.isDisabled = true
          try roster.put(office)
        }
        let disabled = ContinuousClock.now
        while endings.all.count < Self.followers + Self.pushers { await Task.yield() }
        let (took, end) = (disabled - start, ContinuousClock.now - disabled)
        print("\(endings.all.count) calls ended \(end) after their office was disabled (\(took))")
        #expect(endings.all.allSatisfy { $0 == .notAdmitted(.officeDisabled) })
        // The other office hears of what is committed afterwards.
        let (before, lyon) = (
          otherHeard.all.count, try server.hq.office("LYO", DirectLink(service: server.service))
        )
        try await lyon.sync()
        try await lyon.new("area", "code=ONE", "name=One")
        try await lyon.sync()
        while otherHeard.all.count == before { await Task.yield() }
        group.cancelAll()
      }
    }
  }

  /// A batch of one edit that no register takes.
  private static func push(_ register: RegisterID, _ head: Cursor) throws -> PushRequest {
    var random = SystemRandomNumberGenerator()
    let id = EditID(UUIDv7(milliseconds: 1, random: &random))
    return PushRequest(register: register, cursor: head, edits: [Edit(id: id, bytes: [1])])
  }
}
