import Foundation
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// How the line to a database is guarded.
@Suite(.offPool(.databases), .timeLimit(.minutes(5))) struct PostgresLineTests {
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
}
