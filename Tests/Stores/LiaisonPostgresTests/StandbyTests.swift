import Foundation
import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// A primary and its standby: what is read there, what is waited for, and what a failover leaves.
@Suite(.offPool(.databases), .serialized, .mustEnd) struct StandbyTests {
  /// Of this suite alone, one test at a time.
  private static let pair = Result {
    let primary = try PostgresServer()
    return (primary: primary, standby: try PostgresServer(standbyOf: primary))
  }

  let primary: PostgresServer
  let standby: PostgresServer
  let register: DatabaseRegister

  init() async throws {
    (primary, standby) = try Self.pair.get()
    register = try await DatabaseRegister(on: primary, seed: 45)
  }

  private func standbyLog() async throws -> PostgresChangeLog {
    try await primary.wait(
      for: "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()",
      toBe: "1")
    let place = standby.place(namespace: try register.namespace) + "&target_session_attrs=any"
    return try await PostgresChangeLog(PostgresAddress(place), coding: register.maker.coding)
  }

  @Test func aStandbyIsReadAndTakesNoWriting() async throws {
    let log = try await register.open()
    let candidate = try register.candidate("FTF")
    _ = try await register.push(candidate, to: log)
    let copy = try await standbyLog()
    let (status, original) = (try await copy.status(), try await log.status())
    #expect(status.isStandby && !original.isStandby && status.head == original.head)
    #expect(try await copy.changes(after: .zero, limit: BatchLimit()).changes.count == 1)
    #expect(try await copy.committed([candidate.edit]).count == 1)
    try await copy.checkIntegrity()
    let refused = StoreError.unreachable("the database takes no writing: it is a standby")
    await #expect(throws: refused) {
      try await register.push(register.candidate("NEXUS"), to: copy)
    }
    await #expect(throws: refused) {
      try await copy.add(Office(id: register.maker.office, name: "Vienna"))
    }
    await #expect(throws: refused) { try await copy.setHealing(true) }
    // Unless it is said otherwise, none is used.
    await #expect(
      performing: {
        try await PostgresChangeLog(
          PostgresAddress(standby.place(namespace: register.namespace)),
          coding: register.maker.coding)
      }, throws: isUnreachable)
  }

  @Test func aServerWhoseStandbyIsPromotedRingsForTheOthers() async throws {
    // A pair of its own: the other tests need theirs as it is.
    let first = try PostgresServer()
    let register = try await DatabaseRegister(on: first, seed: 47)
    let second = try PostgresServer(standbyOf: first)
    let place = second.place(namespace: try register.namespace)
    let log = try await PostgresChangeLog(
      PostgresAddress(place + "&target_session_attrs=any&application_name=promoted"),
      coding: register.maker.coding)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await log.watchHead {} }
      try await second.wait(
        for:
          "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%pg_is_in_recovery%FROM register'",
        toBe: "t")
      try second.promote()
      let listener = try PostgresConnection(PostgresAddress(place))
      try listener.run(Statement("LISTEN liaison_\(register.namespace)"))
      _ = try await register.push(register.candidate("FTF"), to: log)
      var polled = pollfd(fd: listener.socket, events: Int16(POLLIN), revents: 0)
      #expect(poll(&polled, 1, 60_000) == 1, "it is rung")
      group.cancelAll()
    }
  }

  /// Runs `body` while the standby that commits wait for is away.
  private func withoutStandby(_ body: () async throws -> Void) async throws {
    try primary.set("synchronous_standby_names", "standby")
    try standby.stop(.fast)
    do { try await body() } catch {
      try standby.start()
      throw error
    }
    try standby.start()
    try await primary.wait(
      for: "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", toBe: "1")
  }

  /// Runs what waits for the standby, and ends its waiting.
  private func cutting(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let (register, primary) = (register, primary)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await #expect(performing: { try await body() }, throws: isUnreachable) }
      try await primary.wait(for: register.sessions("waiting", "wait_event = 'SyncRep'"), toBe: "1")
      try primary.sql(
        """
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'waiting' AND wait_event = 'SyncRep'
        """)
      try await group.waitForAll()
    }
  }

  @Test func whatStoppedWaitingForItsStandbyIsAcknowledgedOnlyWhenThatHasIt() async throws {
    let log = try await register.open("waiting")
    let (register, candidate) = (register, try register.candidate("FTF"))
    try await withoutStandby {
      try await cutting { _ = try await register.push(candidate, to: log) }
      #expect(try await log.status().head.position.number == 1, "it is visible")
      try await cutting { _ = try await register.push(candidate, to: log) }
      try await cutting { _ = try await log.committed([candidate.edit]) }
    }
    #expect(try await register.push(candidate, to: log).already?.position.number == 1)
    #expect(
      try await log.committed([candidate.edit])[candidate.edit]?.committed.position.number == 1)
    #expect(try await log.status().head.position.number == 1)
    try await log.checkIntegrity()
    try primary.set("synchronous_standby_names", "")
  }

  @Test func aPrimaryThatDiesWhileACommitWaitsHasItOnce() async throws {
    let log = try await register.open("dying")
    let (register, candidate, primary) = (register, try register.candidate("FTF"), primary)
    try await withoutStandby {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(
            performing: { try await register.push(candidate, to: log) }, throws: isUnreachable)
        }
        try await primary.wait(for: register.sessions("dying", "wait_event = 'SyncRep'"), toBe: "1")
        try primary.stop(.immediate)
        try await group.waitForAll()
      }
      try primary.start()
    }
    #expect(try await register.push(candidate, to: log).already?.position.number == 1)
    #expect(try await log.status().head.position.number == 1)
    try primary.set("synchronous_standby_names", "")
  }
}
