import Foundation
import TestSupport
import Testing

/// A register goes from a folder into a real database and back, under an office that goes on.
@Suite(.offPool) struct MoveStoreTests {
  private let shop: Workshop
  private let database: PostgresServer
  private let store: String

  init() throws {
    shop = try Workshop()
    database = try PostgresServer.shared.get()
    store = database.newPlace() + "&password=geheim"
    try shop.makeHeadquarters()
  }

  /// A server of the database, which speaks TLS.
  private func serve(listen: String) throws -> Workshop.Server {
    let settings = try JSONEncoder().encode(Settings(store: store, listen: [listen]))
    return try shop.serve(configuration: shop.scratch.file("\(UUID().uuidString).json", settings))
  }

  private struct Settings: Encodable {
    let store: String
    let listen: [String]
  }

  private func move(_ from: String, _ to: String) throws -> Workshop.Result {
    try shop.run("liaisond", "move-store", from, to)
  }

  private func clone(_ folder: String) throws {
    let clone = try shop.run(
      "sh", "-c", "liaison clone \"$(liaisond office invite VIE -C hq)\" \(folder)")
    try #require(clone.code == 0, "\(clone)")
  }

  private func sync(_ folder: String) throws -> String {
    let result = try shop.run("liaison", "sync", "-C", folder)
    return result.errors + (result.output.split(separator: "\n").first.map(String.init) ?? "")
  }

  @Test func anOfficeGoesOnThereAndBackAndSendsNothingAgain() throws {
    let first = try shop.serve(isSecure: true)
    try clone("VIE")
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=41", "-C", "VIE")
    // One that does not know that the register has its edit.
    _ = try shop.output("cp", "-r", "VIE", "copy")
    #expect(try sync("VIE") == "received 0, sent 1")
    #expect(first.stop() == 0)
    let moved = try move("hq", store)
    #expect(moved.code == 0 && moved.errors.isEmpty, "\(moved)")
    #expect(moved.output.contains("157 records, change 158, 3 offices, 1 replicas\n"), "\(moved)")

    let second = try serve(listen: first.address)
    #expect(try sync("copy") == "received 1, sent 0")
    #expect(try sync("VIE") == "received 0, sent 0")
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=42", "-C", "VIE")
    #expect(try sync("VIE") == "received 0, sent 1")
    #expect(second.stop() == 0)
    #expect(try move(store, "back").code == 0)

    let third = try shop.serve("back", listen: first.address, isSecure: true)
    defer { third.kill() }
    #expect(try sync("VIE") == "received 0, sent 0")
    let digests = Set([
      try shop.output("liaison", "verify", "-C", "VIE"),
      try shop.output("liaisond", "verify", "-C", "back"),
      try shop.output("liaisond", "verify", "--store", store),
    ])
    #expect(digests.count == 1)
  }

  @Test func theOldPlaceServesNoMoreAndNamesTheNewOneWithoutItsPassword() throws {
    #expect(try move("hq", store).code == 0)
    for arguments in [
      ["serve", "hq", "--listen", "127.0.0.1:0"],
      ["office", "add", "ROM", "--name", "R", "-C", "hq"],
      ["import", "/dev/null", "-C", "hq"], ["heal", "open", "-C", "hq"], ["move-store", "hq", "x"],
      ["move-store", "hq", database.newPlace()], ["move-store", "hq", store],
      ["backup", "hq.backup", "-C", "hq"],
    ] {
      let result = try shop.run("liaisond", arguments)
      #expect(result.code != 0 && result.isPlainFailure, "\(arguments): \(result)")
      #expect(arguments.last == "x" || result.errors.contains("has moved to"), "\(result)")
    }
    #expect(try shop.output("liaisond", "status", "-C", "hq").contains("\nmoved to postgresql://"))
    #expect(try shop.output("liaisond", "audit", "-n", "1", "-C", "hq").contains("moved"))
    #expect(!FileManager.default.fileExists(atPath: shop.path + "/hq.backup"))
    #expect(try shop.run("grep", "-c", "geheim", "hq/server.sqlite").code == 1)
  }

  @Test func whatHoldsSomethingOrIsServedIsRefused() throws {
    let server = try shop.serve()
    let served = try move("hq", store)
    #expect(served.isPlainFailure && served.errors.contains("liaisond serve, process"), "\(served)")
    #expect(server.stop() == 0)
    _ = try shop.output("liaisond", "init", "--store", store)
    let full = try move("hq", store)
    #expect(full.isPlainFailure && full.errors.contains("holds something already"), "\(full)")
    let folder = try move(store, "hq")
    #expect(folder.isPlainFailure && folder.errors.contains("hq is not empty"), "\(folder)")
    let missing = try move("nothing", database.newPlace())
    #expect(missing.isPlainFailure && missing.errors.contains("there is no server"), "\(missing)")
    _ = try shop.output("liaisond", "office", "add", "ROM", "--name", "Rome", "-C", "hq")
  }

  @Test func anAddressOfAnotherSchemeIsNoFolder() throws {
    let result = try move("hq", "postgre://liaison:secret@db1/hq")
    #expect(result.code == 2 && result.isPlainFailure, "\(result)")
    #expect(!result.errors.contains("secret"), "\(result)")
    let left = try FileManager.default.contentsOfDirectory(atPath: shop.path)
    #expect(!left.contains("postgre:"))
  }

  @Test func aMoveIntoAFullDiskLeavesAllAsItWas() throws {
    #expect(try move("hq", store).code == 0)
    let full = try shop.run(
      "bash", "-c", "trap '' XFSZ; ulimit -f 150; exec liaisond move-store \"$0\" back", store)
    #expect(full.isPlainFailure, "\(full)")
    #expect(!FileManager.default.fileExists(atPath: shop.path + "/back"))
    _ = try shop.output("liaisond", "heal", "close", "--store", store)
  }

  /// The database takes all of it, and refuses it when it is to be kept.
  @Test func whatIsGivenUpAndNeverArrivedGoesElsewhereIfItIsForced() throws {
    let refusing = try PostgresServer()
    try refusing.sql(
      """
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room'; END $$;
      CREATE FUNCTION plant() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (
          SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'hq.audit'
        ) THEN
          CREATE CONSTRAINT TRIGGER late AFTER INSERT ON hq.audit DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION public.refuse();
        END IF;
      END $$;
      CREATE EVENT TRIGGER plant ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION plant()
      """)
    let target = refusing.place(namespace: "hq")
    func failed(_ result: Workshop.Result, _ what: String, try advice: String) {
      #expect(result.code == 1 && result.isPlainFailure && result.output.isEmpty, "\(result)")
      #expect(
        result.errors.contains(what) && result.errors.contains("\nTry: \(advice)"), "\(result)")
    }
    for _ in 1...2 {
      try failed(
        move("hq", target), "no room; the register is given up meanwhile and takes no changes",
        try: "the same command again, or another place with --force")
    }
    try failed(
      move("hq", store), "the register has moved to postgresql://",
      try: "liaisond move-store there; or --force, if it never arrived there")
    let forced = try shop.run("liaisond", "move-store", "hq", store, "--force")
    #expect(forced.code == 0 && forced.errors.isEmpty, "\(forced)")
    _ = try shop.output("liaisond", "heal", "close", "--store", store)
    let audit = try shop.output("liaisond", "audit", "--store", store)
    #expect(audit.split(separator: "\n").count { $0.contains("moved") } == 3, "\(audit)")
    // There it is, and neither place gives it away again without being asked.
    try failed(
      move("hq", target), "the register has moved to postgresql://", try: "liaisond move-store")
    _ = try shop.output("liaisond", "verify", "--store", store)
  }

  /// Its new folder has its tables, and it waits for whoever holds the register, when it is killed.
  @Test func aMoveThatIsKilledLeavesNothingToServeAndIsDoneAgain() throws {
    #expect(try move("hq", store).code == 0)
    let namespace = try #require(
      store.split(separator: "namespace=").last?.split(separator: "&")[0])
    let holder = shop.process(
      "psql",
      [
        "-X", "-q", "-h", database.folder, "-U", "postgres", "-d", "postgres", "-c",
        "BEGIN; LOCK TABLE \(namespace).register IN EXCLUSIVE MODE; SELECT pg_sleep(600)",
      ])
    holder.standardOutput = FileHandle.nullDevice
    try holder.run()
    let locks = "SELECT count(*) FROM pg_locks WHERE relation = '\(namespace).register'::regclass"
    try wait(for: "1", locks + " AND granted AND mode = 'ExclusiveLock'")
    let moving = try shop.start("liaisond", ["move-store", store, "back"])
    try wait(for: "1", locks + " AND NOT granted")
    kill(moving.process.processIdentifier, SIGKILL)
    _ = try moving.finish()
    _ = try database.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid != pg_backend_pid()"
    )
    holder.waitUntilExit()
    let serve = try shop.run("liaisond", "serve", "back", "--listen", "127.0.0.1:0")
    #expect(serve.isPlainFailure && serve.errors.contains("there is no server"), "\(serve)")
    _ = try shop.output("liaisond", "heal", "close", "--store", store)
    #expect(try move(store, "back").code == 0)
    _ = try shop.output("liaisond", "verify", "-C", "back")
  }

  private func wait(for answer: String, _ query: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try database.sql(query) != answer {
      guard ContinuousClock.now < deadline else {
        throw Workshop.Unready(text: "nobody waits: \(query)")
      }
    }
  }

  @Test func aServerOfTheOldPlaceTakesNoEditAnyMore() throws {
    let first = try shop.serve(isSecure: true)
    try clone("VIE")
    #expect(first.stop() == 0)
    #expect(try move("hq", store).code == 0)
    let old = try serve(listen: first.address)
    #expect(try move(store, "back").code == 0)
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=41", "-C", "VIE")
    let refused = try shop.run("liaison", "sync", "-C", "VIE")
    #expect(refused.isPlainFailure && refused.errors.contains("store"), "\(refused)")
    try old.waitForLog("the register has moved to")
    #expect(old.stop() == 0)
    let new = try shop.serve("back", listen: first.address, isSecure: true)
    defer { new.kill() }
    #expect(try sync("VIE") == "received 0, sent 1")
  }

  @Test func aRegisterInADatabaseIsBackedUpProvenAndRestoredAnywhere() throws {
    #expect(try move("hq", store).code == 0)
    let server = try serve(listen: "127.0.0.1:0")
    defer { server.kill() }
    let digest = try shop.output("liaisond", "verify", "--store", store)
    #expect(try shop.output("liaisond", "backup", "hq.backup", "--store", store).hasSuffix(digest))
    let status: [String: Any] = try shop.json("liaisond", "status", "--store", store)
    let last = try #require(status["lastBackup"] as? [String: Any])
    #expect(last["file"] as? String == "hq.backup" && last["position"] as? Int == 157)
    #expect(
      try shop.output("liaisond", "verify", "--backup", "hq.backup", "--store", store) == digest)
    let other = database.newPlace()
    for place in [["--store", other], ["restored"]] {
      let restored = try shop.run("liaisond", ["restore", "hq.backup"] + place)
      #expect(restored.output.hasSuffix("; healing is open\n"), "\(restored)")
    }
    #expect(try shop.output("liaisond", "verify", "--store", other) == digest)
    #expect(try shop.output("liaisond", "verify", "-C", "restored") == digest)
    // Another register's backup proves nothing of this one.
    _ = try shop.output("liaisond", "init", "stranger")
    _ = try shop.output("liaisond", "backup", "stranger.backup", "-C", "stranger")
    let foreign = try shop.run(
      "liaisond", "verify", "--backup", "stranger.backup", "--store", store)
    #expect(foreign.isPlainFailure, "\(foreign)")
    #expect(try shop.run("liaisond", "restore", "hq.backup", "--store", other).isPlainFailure)
  }
}
