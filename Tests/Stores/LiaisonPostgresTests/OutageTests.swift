import Foundation
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// A database that goes away and comes back, under servers that go on.
@Suite(.offPool(.databases), .serialized, .mustEnd) struct OutageTests {
  /// Of this suite alone, one test at a time.
  private static let mortal = Result { try PostgresServer(settings: ["max_connections": "20"]) }

  let register: DatabaseRegister

  init() async throws {
    register = try await DatabaseRegister(on: Self.mortal.get(), seed: 43)
  }

  @Test func aDatabaseThatIsDownIsToldOfAndFoundAgain() async throws {
    let log = try await register.open()
    let first = try await register.push(register.candidate("FTF"), to: log)
    try register.server.stop(.fast)
    await #expect(performing: { try await register.open() }, throws: isUnreachable)
    await #expect(performing: { try await log.status() }, throws: isUnreachable)
    await #expect(
      performing: { try await register.push(register.candidate("NEXUS"), to: log) },
      throws: isUnreachable)
    try register.server.start()
    #expect(try await log.status().head.position == first.committed?.position)
    _ = try await register.open()
  }

  /// Connections that were idle are all dead, and no caller learns of it.
  @Test func aRestartBetweenTwoCallsIsNotNoticed() async throws {
    let log = try await register.open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<Tuning.storeConnections { group.addTask { _ = try await log.status() } }
      try await group.waitForAll()
    }
    try register.server.stop(.immediate)
    try register.server.start()
    for number in 1...Tuning.storeConnections {
      let outcome = try await register.push(register.candidate("AREA-\(number)"), to: log)
      #expect(outcome.committed?.position.number == Int64(number))
    }
  }

  @Test func aPushInWhichItDiesIsNotAnsweredAndStandsOnceWhenMadeAgain() async throws {
    let log = try await register.open()
    let (register, candidate) = (register, try register.candidate("FTF"))
    let start = ContinuousClock.now
    await #expect(
      performing: {
        try await register.push(candidate, to: log) { try register.server.stop(.immediate) }
      }, throws: isUnreachable)
    #expect(start.duration(to: .now) < SyncLimits.answer)
    try register.server.start()
    #expect(try await register.push(candidate, to: log).committed?.position.number == 1)
    #expect(try await register.push(candidate, to: log).already?.position.number == 1)
    try await log.checkIntegrity()
  }

  @Test func whoWatchesHearsOfCommitsAfterARestartToo() async throws {
    let (watching, other) = (try await register.open("watching"), try await register.open())
    let (moves, moved) = AsyncStream.makeStream(of: Void.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await watching.watchHead { moved.yield() } }
      var heard = moves.makeAsyncIterator()
      _ = try await register.push(register.candidate("ONE"), to: other)
      await heard.next()
      try register.server.stop(.immediate)
      try register.server.start()
      // It looks once when it is back, and then hears.
      try await register.server.wait(for: register.sessions("watching"), toBe: "1")
      _ = try await register.push(register.candidate("TWO"), to: other)
      await heard.next()
    }
  }

  @Test func withoutAFreeConnectionItIsUnreachableUntilThereIsOne() async throws {
    let log = try await register.open()
    try register.server.stop(.immediate)
    try register.server.start()
    var taken: [PostgresConnection] = []
    #expect {
      while true { taken.append(try PostgresConnection(register.address())) }
    } throws: {
      "\($0)".contains("too many clients")
    }
    #expect(taken.count > 10)
    await #expect(performing: { try await log.status() }, throws: isUnreachable)
    await #expect(performing: { try await register.open() }, throws: isUnreachable)
    taken = []
    // Its sessions end when it has noticed.
    try register.server.stop(.fast)
    try register.server.start()
    #expect(try await log.status().head.position == .zero)
  }
}

/// A database that says nothing.
@Suite(.offPool(.databases), .mustEnd) struct SilenceTests {
  @Test func aCallerIsAnsweredInTimeAndTheNextAsBefore() async throws {
    let register = try await DatabaseRegister(on: PostgresServer.shared.get(), seed: 44)
    let log = try await register.open("silent")
    let found = try register.server.sql(
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'silent'")
    let pid = try #require(pid_t(found))
    try #require(kill(pid, SIGSTOP) == 0)
    defer { kill(pid, SIGCONT) }
    let start = ContinuousClock.now
    await #expect(throws: StoreError.unreachable("the database does not answer")) {
      try await log.status()
    }
    #expect(start.duration(to: .now) < SyncLimits.answer)
    #expect(try await log.status().head.position == .zero, "on another connection")
  }
}
