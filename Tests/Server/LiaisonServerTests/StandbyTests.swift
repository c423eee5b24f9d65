import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// A server whose log copies another one, and is not as far.
struct StandbyTests {
  private let primary: ServerFixture
  private let copy: MemoryChangeLog
  private let standby: ServerFixture

  init() async throws {
    primary = try await ServerFixture()
    _ = try await primary.push([primary.maker.area("ONE"), primary.maker.area("TWO")])
    copy = primary.log.standby()
    _ = try await primary.push([primary.maker.area("THREE"), primary.maker.area("FOUR")])
    standby = try await ServerFixture(log: copy)
  }

  /// Of a replica that stands at a position, maybe in the middle of a pull.
  private func request(
    at position: Int64, until: Int64? = nil, older: [Int64] = [], version: UInt32? = nil
  ) -> PullRequest {
    PullRequest(
      versions: version.map { $0...$0 } ?? SyncProtocol.spoken, register: primary.register,
      cursor: primary.log.cursor(at: position), schema: ServerFixture.mark, follow: false,
      older: older.map { primary.log.cursor(at: $0) },
      until: until.map { primary.log.cursor(at: $0) })
  }

  private var ahead: [PullRequest] {
    [
      request(at: 4), request(at: 3, until: 4), request(at: 1, until: 4),
      request(at: 4, older: [2, 0]), request(at: 1, until: 4, older: [1, 0]),
    ]
  }

  @Test func whoeverIsPromisedMoreThanItHasIsToldNotYet() async throws {
    for request in ahead {
      await #expect(throws: CallError.notYet, "\(request)") { try await standby.pull(request) }
    }
    await #expect(throws: CallError.notYet) {
      try await standby.push(standby.pushRequest([], cursor: primary.log.cursor(at: 4)))
    }
    await #expect(throws: CallError.notYet) {
      try await standby.history(
        of: primary.maker.newID(), cursor: primary.log.cursor(at: 3)
      ) { _ in }
    }
  }

  @Test func whatItHasItGives() async throws {
    #expect(try await standby.pull(request(at: 2)).count == 1)
    #expect(try await standby.pull(request(at: 1, until: 2)).count == 2)
  }

  @Test func anotherHistoryIsToldFromOneThatIsOnItsWay() async throws {
    for cursor in [Cursor.test(1), .test(2)] {
      await #expect(throws: CallError.otherHistory) {
        try await standby.pull(standby.request(cursor: cursor))
      }
      await #expect(throws: CallError.otherHistory) {
        try await standby.push(standby.pushRequest([], cursor: cursor))
      }
    }
  }

  @Test func oncePromotedItHasLostWhatItLacks() async throws {
    copy.promote()
    for request in ahead where request.older.isEmpty {
      await #expect(throws: CallError.otherHistory) { try await standby.pull(request) }
    }
  }

  /// In the middle of a pull, whatever its log has.
  @Test func whoMayNotCallAtAllIsToldThatFirst() async throws {
    await #expect(throws: CallError.otherProtocol) {
      try await standby.pull(request(at: 1, until: 4, version: 99))
    }
  }

  /// The server goes on, and asks another database than before.
  @Test func aFollowThatComesToAStandbyIsToldNotYet() async throws {
    let received = Collected<PullResponse>()
    await #expect(throws: CallError.notYet) {
      try await primary.endpoint().pull(request(at: 3)) { response in
        received.add(response)
        primary.log.failOver(to: copy)
      }
    }
    #expect(received.all.count == 1)
  }
}
