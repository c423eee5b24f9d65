import Foundation
import LiaisonGRPC
import LiaisonIdentity
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import TestSupport
import Testing

/// An enrolment that is cut anywhere, either way: afterwards the same line works, and no other key does.
///
/// After each eighth byte, at another place each time; after each one with LIAISON_EVERY_BYTE, which takes some
/// minutes.
struct EnrolmentCutTests {
  private static let step =
    ProcessInfo.processInfo.environment["LIAISON_EVERY_BYTE"] == nil ? 8 : 1

  @Test(arguments: ShortLine.Way.allCases)
  func theSameLineWorksWhereverItWasCut(way: ShortLine.Way) async throws {
    try await SecureServer.running { server in
      let line = try ShortLine(to: server.address)
      defer { line.close() }
      // How long a whole exchange is.
      line.breaks(after: nil, way)
      _ = try await server.enrol(try await server.invite("VIE"), ReplicaKey(), at: line.endpoint)
      let whole = line.carried(way)
      #expect(whole > 1000)
      let (invitation, key) = (try await server.invite("NYC"), ReplicaKey())
      var answered = 0
      let first = Int.random(in: 0..<Self.step)
      for count in stride(from: first, to: whole, by: Self.step) {
        line.breaks(after: count, way)
        do {
          _ = try await server.enrol(invitation, key, at: line.endpoint)
          answered += 1
        } catch CallError.unreachable(_) {}
      }
      print("cut after bytes \(first), +\(Self.step), … of \(whole) \(way): \(answered) answered")
      #expect(answered < whole)
      line.breaks(after: nil, way)
      let enrolment = try await server.enrol(invitation, key, at: line.endpoint)
      #expect(enrolment.office.text == "NYC")
      #expect(try await server.hq.log.replicas().count == 2, "one for each invitation")
      await #expect(throws: CallError.notAdmitted(.usedInvitation)) {
        try await server.enrol(invitation, ReplicaKey(), at: line.endpoint)
      }
    }
  }
}
