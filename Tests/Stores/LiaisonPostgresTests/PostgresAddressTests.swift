import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonPostgres

/// How a register in PostgreSQL is named.
@Suite(.offPool(.databases)) struct PostgresAddressTests {
  @Test func theNamespaceIsOursAndTheRestIsLibpqs() throws {
    let address = try PostgresAddress(
      "postgresql://anna:secret@db1:5433,db2/hq?namespace=training&sslmode=verify-full")
    #expect(address.namespace == "training")
    #expect(address.options["host"] == "db1,db2" && address.options["dbname"] == "hq")
    #expect(address.options["sslmode"] == "verify-full")
    #expect(address.options["target_session_attrs"] == "read-write", "unless it says otherwise")
    #expect(address.description == "postgresql://db1:5433,db2/hq?namespace=training")
    #expect(try PostgresAddress("postgres://db/hq").namespace == "liaison")
    let standby = try PostgresAddress("postgresql://db/hq?target_session_attrs=standby")
    #expect(standby.options["target_session_attrs"] == "standby")
  }

  @Test(arguments: [
    "hq", "http://db/hq", "postgresql://db/hq?namespace=", "postgresql://db/hq?namespace=Hq",
    "postgresql://db/hq?namespace=a;drop", "postgresql://db/hq?namespace=pg_x",
    "postgresql://db/hq?namespace=1a", "postgresql://db/hq?colour=blue",
  ])
  func whatNamesNoneIsRefused(_ text: String) {
    #expect { try PostgresAddress(text) } throws: { error in
      if case StoreError.unfit = error { true } else { false }
    }
  }

  /// Each is a person's mistake with a password that holds what a URI gives a meaning to.
  @Test(arguments: [
    "postgresql://liaison:p%zzsecret@h/d", "postgresql://liaison:sec[ret]x@[h/d",
    "postgresql://liaison:sec/ret@h/d", "postgresql://liaison:5432/secret@h/d",
    "postgresql://h:sec,ret/d", "postgresql://h:0/d",
  ])
  func whatIsMistypedIsNotRepeated(_ text: String) {
    #expect { try PostgresAddress(text) } throws: { error in
      guard case StoreError.unfit(let why) = error else { return false }
      return !["sec", "ret", "zz", "5432"].contains { why.contains($0) }
    }
  }

  @Test(arguments: ["user", "order", "table"])
  func aNamespaceMayBeAWordOfSQL(_ name: String) async throws {
    let server = try PostgresServer.shared.get()
    let register = try await DatabaseRegister(
      on: server, seed: 46, place: server.place(namespace: name))
    let log = try await register.open()
    let outcome = try await register.push(register.candidate("FTF"), to: log)
    #expect(outcome.committed?.position.number == 1)
    #expect(try server.sql("SELECT head FROM \"\(name)\".register") == "1")
  }
}
