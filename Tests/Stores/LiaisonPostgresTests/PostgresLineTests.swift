import Foundation
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// How the line to a database is guarded.
@Suite(.offPool(.databases), .mustEnd) struct PostgresLineTests {
  // MARK: What is asked for

  @Test(arguments: [
    "postgresql://db1/hq", "postgresql://localhost,db1/hq", "postgresql://192.0.2.7/hq",
    "postgresql://[2001:db8::1]/hq", "postgresql://127.1/hq", "postgresql://127.0.0.1.example/hq",
    "postgresql://localhost/hq?hostaddr=192.0.2.7", "postgresql:///hq?host=/run/pg,db1",
    "postgresql:///hq?hostaddr=192.0.2.7", "postgresql://%31%39%32.0.2.7/hq",
    "postgresql:///hq?service=hq", "postgresql://localhost/hq?service=hq",
  ])
  func anotherMachineIsCheckedUnlessItIsSaidOtherwise(_ text: String) throws {
    #expect(try PostgresAddress(text).options["sslmode"] == "verify-full")
    let more = text + (text.contains("?") ? "&" : "?")
    for mode in ["require", "verify-ca", "verify-full"] {
      #expect(try PostgresAddress("\(more)sslmode=\(mode)").options["sslmode"] == mode)
    }
    for mode in ["disable", "allow", "prefer", "secret"] {
      #expect {
        try PostgresAddress("\(more)sslmode=\(mode)&user=anna&password=secret")
      } throws: { error in
        guard case StoreError.unfit(let why) = error else { return false }
        return why.contains("sslmode") && !why.contains("secret")
      }
    }
  }

  @Test(arguments: [
    "postgresql:///hq", "postgresql://localhost/hq", "postgresql://127.0.0.1,127.9.8.7:5433/hq",
    "postgresql://[::1]/hq", "postgresql:///hq?host=/run/pg,@abstract",
    "postgresql://%2Frun%2Fpg/hq",
    "postgresql://db1/hq?hostaddr=127.0.0.1", "postgresql://localhost,db1/hq?hostaddr=,127.0.0.1",
  ])
  func thisMachineIsCalledAsTheAddressSays(_ text: String) throws {
    #expect(try PostgresAddress(text).options["sslmode"] == nil)
    let more = text + (text.contains("?") ? "&" : "?")
    for mode in ["disable", "prefer", "verify-full"] {
      #expect(try PostgresAddress("\(more)sslmode=\(mode)").options["sslmode"] == mode)
    }
  }

  // MARK: What comes of it

  /// In a database whose certificate is that of `db1`.
  private func register(on server: PostgresServer) async throws -> DatabaseRegister {
    try await DatabaseRegister(
      on: server, seed: 61,
      place: server.place("db1", namespace: "hq", "sslrootcert=\(server.authority)"))
  }

  @Test func theLineIsEncrypted() async throws {
    let server = try PostgresServer.onPort(for: "db1")
    let register = try await register(on: server)
    let log = try await register.open("encrypted")
    _ = try await register.push(register.candidate("FTF"), to: log)
    let sessions = """
      SELECT DISTINCT ssl, version FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)
      WHERE application_name = 'encrypted'
      """
    #expect(try server.sql(sessions) == "t|TLSv1.3")
  }

  @Test func whatIsNotShownToBeTheDatabaseIsNotUsed() async throws {
    let (server, other) = (
      try PostgresServer.onPort(for: "db1"), try PostgresServer.onPort(for: "db1")
    )
    let register = try await register(on: server)
    let plain = try PostgresServer.onPort()
    for (place, why) in [
      (
        other.place("db1", namespace: "hq", "sslrootcert=\(server.authority)"),
        "certificate verify failed"
      ),
      (
        server.place("db2", namespace: "hq", "sslrootcert=\(server.authority)"),
        "server certificate for \"db1\" does not match host name \"db2\""
      ),
      (
        plain.place("db1", namespace: "hq", "sslrootcert=\(server.authority)"),
        "server does not support SSL, but SSL was required"
      ),
      (
        server.place("db1", namespace: "hq", "sslrootcert=/nowhere/root.pem"),
        "root certificate file \"/nowhere/root.pem\" does not exist"
      ),
    ] {
      await #expect {
        _ = try await PostgresChangeLog(PostgresAddress(place), coding: register.maker.coding)
      } throws: { error in
        guard case StoreError.untrusted(let text) = error else { return false }
        return text.hasSuffix(why)
      }
    }
  }

  // MARK: How it is read

  /// In the place of the server that a connection is made to.
  private func throughLargeRecords(
    to server: PostgresServer, _ body: (PostgresConnection) throws -> Void
  ) throws {
    let (process, life, output) = (Process(), Pipe(), Pipe())
    let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "tls_records.py").path
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", script, server.folder, "\(server.folder)/.s.PGSQL.\(server.port)",
    ]
    (process.standardInput, process.standardOutput) = (life, output)
    try process.run()
    defer {
      try? life.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(Int(said.filter(\.isNumber)))
    try body(
      PostgresConnection(
        PostgresAddress(
          "postgresql://postgres@db1:\(port)/postgres?hostaddr=\(PostgresServer.elsewhere)"
            + "&sslrootcert=\(server.authority)")))
  }

  /// libpq takes a record off the socket in two steps if it has no room for all of it, and the socket is silent
  /// between them.
  @Test func whatTLSHoldsBackIsNotWaitedFor() throws {
    let server = try PostgresServer.onPort(for: "db1")
    try throughLargeRecords(to: server) { connection in
      for size in stride(from: Int64(1_000), to: 60_000, by: 3_700) {
        let statement = Statement(
          "SELECT repeat('x', $1::bigint::int) FROM generate_series(1, 3)", .one(size))
        let rows = try connection.run(statement)
        #expect(rows.count == 3, "\(size)")
      }
    }
  }
}
