import Foundation
import LiaisonSync
import TestSupport
import Testing

/// A server whose register is in PostgreSQL, and what persons see when that goes away.
@Suite(.offPool) struct DatabaseFaultTests {
  let shop: Workshop
  let database: PostgresServer

  init() throws {
    shop = try Workshop()
    database = try PostgresServer()
  }

  private var store: String { database.place(namespace: "hq") }

  /// A register with an area, a server of it, and an office's replica.
  private func serving(_ body: (Workshop.Server) throws -> Void) throws {
    _ = try shop.output("liaisond", "init", "--store", store)
    for office in ["VIE", "NYC"] {
      _ = try shop.output(
        "liaisond", "office", "add", office, "--name", office, "--store", store)
    }
    let server = try shop.serve("--store=\(store)", hasOperations: true)
    defer { server.kill() }
    for office in ["VIE", "NYC"] {
      _ = try shop.output(
        "liaison", "clone", server.address, office, "--insecure-loopback", "--office", office)
    }
    try body(server)
  }

  private func new(_ code: String, in office: String) throws {
    _ = try shop.output("liaison", "new", "area", "code=\(code)", "name=\(code)", "-C", office)
  }

  @Test func aDatabaseThatIsDownAtTheStartIsOneLineAndWhatToTry() throws {
    try database.stop(.fast)
    for arguments in [
      ["init", "--store", store], ["serve", "--store", store, "--listen", "127.0.0.1:0"],
      ["status", "--store", store],
    ] {
      let result = try shop.run("liaisond", arguments)
      #expect(result.code == 1 && result.isPlainFailure, "\(result)")
      #expect(result.errors.contains("\nTry: again when the database answers"), "\(result)")
    }
  }

  /// libpq tells neither from a database that is away for a while: it has no code for any of them.
  @Test func aWrongNameIsOneLineAndWhatToTry() throws {
    for part in ["dbname=nowhere", "user=nobody"] {
      let result = try shop.run("liaisond", "status", "--store", "\(store)&\(part)")
      #expect(result.code == 1 && result.isPlainFailure, "\(result)")
      let word = String(part.split(separator: "=")[1])
      #expect(result.errors.contains("\"\(word)\" does not exist"), "\(result)")
      #expect(result.errors.contains("or with the right database, user and password"), "\(result)")
    }
  }

  @Test(
    arguments: [
      ("postgresql://anna:secret@192.0.2.7/hq?sslmode=disable", [:]),
      ("postgresql://anna:secret@192.0.2.7/hq", ["PGSSLMODE": "allow"]),
      ("postgresql://anna:secret@/hq", ["PGHOST": "192.0.2.7", "PGSSLMODE": "disable"]),
      ("postgresql://anna:secret@localhost/hq?sslmode=prefer", ["PGHOSTADDR": "192.0.2.7"]),
    ] as [(String, [String: String])])
  func plainTextDoesNotLeaveThisMachine(_ store: String, _ environment: [String: String]) throws {
    for arguments in [["init"], ["serve", "--listen", "127.0.0.1:0"], ["status"]] {
      let result = try shop.run(
        "liaisond", arguments + ["--store", store], environment: environment)
      #expect(result.code == 2 && result.isPlainFailure && result.output.isEmpty, "\(result)")
      #expect(result.errors.contains("sslmode=") && !result.errors.contains("secret"), "\(result)")
    }
  }

  @Test func whereNothingSaysWhomToBelieveOneLineSaysWhatToTry() throws {
    let server = try PostgresServer.onPort(for: "db1")
    let store = "postgresql://postgres@db1:\(server.port)/postgres"
    let unknown = ["PGHOSTADDR": PostgresServer.elsewhere, "HOME": shop.path]
    let result = try shop.run("liaisond", ["init", "--store", store], environment: unknown)
    #expect(result.code == 1 && result.isPlainFailure, "\(result)")
    #expect(result.errors.contains(".postgresql/root.crt\" does not exist\n"), "\(result)")
    #expect(result.errors.contains("\nTry: sslrootcert=FILE in the address"), "\(result)")
    let known = try shop.run(
      "liaisond", ["init", "--store", "\(store)?sslrootcert=\(server.authority)"],
      environment: unknown)
    #expect(known.code == 0, "\(known)")
  }

  @Test(arguments: [
    "postgresql://liaison:p%zzsecret@h/d", "postgresql://liaison:sec[ret]x@[h/d",
    "postgresql://liaison:sec/ret@h/d",
  ])
  func anAddressThatIsMistypedDoesNotShowItsPassword(_ store: String) throws {
    for arguments in [["init"], ["serve", "--listen", "127.0.0.1:0"], ["status"]] {
      let result = try shop.run("liaisond", arguments + ["--store", store])
      #expect(result.code == 2 && result.isPlainFailure && result.output.isEmpty, "\(result)")
      #expect(!result.errors.contains("sec") && !result.errors.contains("ret"), "\(result)")
    }
  }

  @Test func whatIsNoRegisterOfOursIsOneLineAndWhatToTry() throws {
    func refused(_ arguments: [String], _ what: String, try advice: String) throws {
      let result = try shop.run("liaisond", arguments + ["--store", store])
      #expect(result.code == 1 && result.isPlainFailure && result.output.isEmpty, "\(result)")
      #expect(
        result.errors.contains(what) && result.errors.contains("\nTry: \(advice)"), "\(result)")
    }
    let serve = ["serve", "--listen", "127.0.0.1:0"]
    try refused(serve, "there is no register in", try: "another database, or make the register")
    try database.sql("CREATE SCHEMA hq; CREATE TABLE hq.theirs (a int)")
    try refused(["init"], "holds something already", try: "another database or namespace")
    try database.sql("CREATE TABLE hq.layout (colour text); CREATE TABLE hq.register ()")
    try refused(serve, "not laid out as it should be", try: "psql, which shows")
    try database.sql("DROP SCHEMA hq CASCADE")
    _ = try shop.output("liaisond", "init", "--store", store)
    try database.sql("INSERT INTO hq.layout VALUES (99)")
    try refused(serve, "a newer version of Liaison wrote it", try: "a newer version")
    #expect(try database.sql("SELECT count(*) FROM hq.office") == "0")
  }

  /// It dies under a push and a watch; both go on when it is back, and the edit stands once.
  @Test func aDatabaseThatDiesIsAnOutageLikeAnyOther() throws {
    try serving { server in
      let watch = shop.process("liaison", ["sync", "--watch", "-C", "NYC"])
      watch.standardError = FileHandle.nullDevice
      let lines = try ProcessLines(of: watch)
      defer { kill(watch.processIdentifier, SIGKILL) }
      #expect(lines.next()?.hasPrefix("in step: ") == true)
      try new("FIRST", in: "VIE")
      #expect(try shop.output("liaison", "sync", "-C", "VIE") == "received 0, sent 1\n")
      #expect(lines.next() == "received 1")

      // The commit of the push waits for what the test holds; then the power fails.
      try new("SECOND", in: "VIE")
      let holder = shop.process(
        "psql",
        [
          "-X", "-q", "-h", database.folder, "-U", "postgres", "-c", "BEGIN",
          "-c", "SELECT 1 FROM hq.register FOR UPDATE", "-c", "SELECT pg_sleep(60)",
        ])
      holder.standardOutput = FileHandle.nullDevice
      holder.standardError = FileHandle.nullDevice
      try holder.run()
      try until("pg_sleep", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
      let push = try shop.start("liaison", ["sync", "-C", "VIE"])
      try until("the push", "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
      try database.stop(.immediate)
      let failed = try push.finish()
      #expect(failed.code == 1 && failed.isPlainFailure, "\(failed)")
      #expect(failed.errors.contains("the server's store cannot answer now"), "\(failed)")
      #expect(lines.next()?.hasPrefix("offline: ") == true)
      try untilUnready(server)

      try database.start()
      let sent = try shop.output("liaison", "sync", "-C", "VIE")
      #expect(sent == "received 0, sent 1\n")
      // The watch comes back by itself, before the push or after it.
      let deadline = ContinuousClock.now + .seconds(60)
      while try shop.run("liaison", "show", "SECOND", "-C", "NYC").code != 0 {
        guard ContinuousClock.now < deadline else { throw Workshop.Unready(text: "the watch") }
      }
      #expect(try database.sql("SELECT head FROM hq.register") == "2")
      #expect(try database.sql("SELECT count(*) FROM hq.change") == "2")
      #expect(try server.logged().contains { $0.contains("the store cannot answer") })
    }
  }

  /// As one whose machine has gone: nothing comes back, not even that it is down.
  @Test func aDatabaseThatFallsSilentKeepsNobodyWaitingWhoAsksHowItIs() throws {
    try serving { server in
      let endpoint = try #require(server.endpoint)
      let backends = try database.sql(
        "SELECT pid FROM pg_stat_activity WHERE pid != pg_backend_pid() AND backend_type LIKE 'client%'"
      )
      let pids = backends.split(separator: "\n").map(String.init)
      let first = try #require(pids.first)
      let parent = try shop.output("ps", "-o", "ppid=", "-p", first)
      let all = [parent.filter { $0.isNumber }] + pids
      _ = try shop.run("kill", ["-STOP"] + all)
      defer { _ = try? shop.run("kill", ["-CONT"] + all) }
      // Sooner than a connection gives the database up.
      let patience = Duration.seconds(Tuning.serverBusySeconds + 1)
      var took = Duration.zero
      var answer: HTTPAnswer
      repeat {
        let start = ContinuousClock.now
        answer = try HTTPAnswer("GET", "/readyz", from: endpoint)
        took = start.duration(to: .now)
      } while answer.status == 200
      #expect(answer.status == 503 && answer.body.contains("does not answer in time"), "\(answer)")
      #expect(took < patience)
      #expect(try HTTPAnswer("GET", "/metrics", from: endpoint).status == 200)
      _ = try shop.run("kill", ["-CONT"] + all)
      let deadline = ContinuousClock.now + .seconds(60)
      while try HTTPAnswer("GET", "/readyz", from: endpoint).status != 200 {
        guard ContinuousClock.now < deadline else { throw Workshop.Unready(text: "not ready") }
      }
    }
  }

  /// A newer server has begun to use the database.
  @Test func anOlderServerSaysThatItDoesNotServeAndWritesNothing() throws {
    try serving { server in
      try database.sql("INSERT INTO hq.layout VALUES (99)")
      try new("LATER", in: "VIE")
      let failed = try shop.run("liaison", "sync", "-C", "VIE")
      #expect(failed.code == 1 && failed.isPlainFailure, "\(failed)")
      #expect(failed.errors.contains("the server's store cannot answer now"), "\(failed)")
      try untilUnready(server)
      try server.waitForLog("a newer version of Liaison wrote it")
      #expect(try database.sql("SELECT head FROM hq.register") == "0")
      try database.sql("DELETE FROM hq.layout WHERE version = 99")
      #expect(try shop.output("liaison", "sync", "-C", "VIE") == "received 0, sent 1\n")
    }
  }

  private func untilUnready(_ server: Workshop.Server) throws {
    let endpoint = try #require(server.operations.flatMap { Endpoint($0) })
    let deadline = ContinuousClock.now + .seconds(60)
    while try HTTPAnswer("GET", "/readyz", from: endpoint).status == 200 {
      guard ContinuousClock.now < deadline else { throw Workshop.Unready(text: "it is ready") }
      sched_yield()
    }
  }

  private func until(_ what: String, _ query: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try database.sql(query) == "0" {
      guard ContinuousClock.now < deadline else { throw Workshop.Unready(text: what) }
    }
  }
}
