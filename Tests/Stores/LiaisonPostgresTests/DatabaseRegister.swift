import Foundation
import LiaisonModel
import LiaisonSync
import TestSupport

@testable import LiaisonPostgres

/// A register in a namespace of a real PostgreSQL, which several servers may open.
struct DatabaseRegister: Sendable {
  let server: PostgresServer
  let place: String
  let maker: AreaMaker

  init(on server: PostgresServer, seed: UInt64, place: String? = nil) async throws {
    self.server = server
    self.place = place ?? server.newPlace()
    maker = try AreaMaker(seed: seed)
    try await make()
  }

  var namespace: String { get throws { try address().namespace } }

  /// Makes the register: another one each time.
  func make() async throws {
    try await PostgresChangeLog.create(
      address(), register: maker.newID(), schema: TestRegister.schema(), coding: maker.coding)
  }

  /// - Parameter name: its sessions', for who looks for them.
  func address(_ name: String? = nil) throws -> PostgresAddress {
    try PostgresAddress(place + (name.map { "&application_name=\($0)" } ?? ""))
  }

  func open(_ name: String? = nil, layout: Layout = .current) async throws -> PostgresChangeLog {
    try await PostgresChangeLog(address(name), coding: maker.coding, layout: layout)
  }

  /// Runs SQL in the register's namespace.
  @discardableResult
  func sql(_ text: String) throws -> String {
    try server.sql("SET search_path TO \"\(namespace)\"; \(text)")
  }

  /// Lets the first commits of what inserts into a table fail.
  func failing(at table: String = "change", with state: String, times: Int) throws {
    try sql(
      """
      CREATE SEQUENCE tried;
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('tried') <= \(times) THEN
          RAISE EXCEPTION 'planned' USING ERRCODE = '\(state)';
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER fails AFTER INSERT ON \(table)
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()
      """)
  }

  /// How often it was tried.
  func tries() throws -> Int? { Int(try sql("SELECT last_value FROM tried")) }

  func push(_ candidate: CommitRule.Candidate, to log: PostgresChangeLog) async throws
    -> Verdict.Outcome
  {
    try await push(candidate, to: log) {}
  }

  /// - Parameter meanwhile: runs in the middle, when the register's row is locked.
  func push(
    _ candidate: CommitRule.Candidate, to log: PostgresChangeLog,
    meanwhile: @escaping @Sendable () throws -> Void
  ) async throws -> Verdict.Outcome {
    let plan = CommitRule(office: maker.office, schema: try TestRegister.schema()).plan([candidate])
    let verdicts = try await log.commit(plan.question) { facts in
      try meanwhile()
      return plan.decide(facts)
    }
    return verdicts[0].outcome
  }

  func candidate(_ code: String) throws -> CommitRule.Candidate {
    try maker.candidate(maker.area(code))
  }

  /// How many sessions of a name there are of which something is true.
  func sessions(_ name: String, _ what: String = "true") -> String {
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = '\(name)' AND \(what)"
  }
}

extension Verdict.Outcome {
  var already: Committed? {
    if case .alreadyCommitted(let committed) = self { committed } else { nil }
  }
}

/// Where a thread waits, not a task.
final class Stile: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func open() { semaphore.signal() }

  func pass() throws {
    guard semaphore.wait(timeout: .now() + 60) == .success else { throw Problem("nobody opened") }
  }
}

/// That a store cannot be reached now, whatever the reason.
func isUnreachable(_ error: any Error) -> Bool {
  if case StoreError.unreachable = error { true } else { false }
}
