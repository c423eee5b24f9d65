import Foundation
import TestSupport
import Testing

/// A backup is held against the log, and the register tells of the last one that was proven.
@Suite(.offPool) struct BackupProofTests {
  let shop: Workshop

  init() throws {
    shop = try Workshop()
    try shop.makeHeadquarters()
  }

  private func lastBackup() throws -> [String: Any]? {
    let status: [String: Any] = try shop.json("liaisond", "status", "-C", "hq")
    return status["lastBackup"] as? [String: Any]
  }

  @Test func aProvenBackupIsToldByStatusAuditAndAServerUnderWay() throws {
    #expect(try lastBackup() == nil)
    #expect(try shop.output("liaisond", "status", "-C", "hq").contains("no backup is proven"))
    let server = try shop.serve(hasOperations: true)
    defer { server.kill() }
    let endpoint = try #require(server.endpoint)
    let before = try HTTPAnswer("GET", "/metrics", from: endpoint).body
    #expect(!before.contains("liaison_backup_last_verified"))
    let made: [String: Any] = try shop.json("liaisond", "backup", "one.backup", "-C", "hq")
    #expect(made["position"] as? Int == 157)
    let last = try #require(try lastBackup())
    #expect(last["position"] as? Int == 157 && last["file"] as? String == "one.backup")
    #expect(
      try shop.output("liaisond", "status", "-C", "hq").contains("up to change 157: one.backup"))
    #expect(try shop.output("liaisond", "audit", "-C", "hq").contains("backed up"))
    try HTTPAnswer.wait(for: "liaison_backup_last_verified_position 157\n", from: endpoint)
  }

  @Test func aBackupThatIsThereIsProvenAnew() throws {
    _ = try shop.output("liaisond", "backup", "one.backup", "-C", "hq")
    _ = try shop.output("liaisond", "backup", "two.backup", "-C", "hq")
    #expect(try lastBackup()?["file"] as? String == "two.backup")
    let verified = try shop.output("liaisond", "verify", "--backup", "one.backup", "-C", "hq")
    #expect(verified.hasPrefix("157 records, digest "))
    #expect(try lastBackup()?["file"] as? String == "one.backup")
  }

  /// What a backup may be instead of one of this register, and what is said of it.
  @Test(arguments: [
    ("liaisond init other && liaisond backup bad -C other", "of another register"),
    ("cp hq/server.sqlite bad", "a server's own file"),
    ("head -c 20000 good > bad", "no good backup"), ("echo text > bad", "damaged"),
    ("true", "cannot be read"),
    (
      "cp good bad && sqlite3 bad \"UPDATE record SET code = 'XX' WHERE id = 3\"",
      "filed as something else"
    ),
  ])
  func anotherFileIsNoBackupOfTheRegister(making: String, told: String) throws {
    _ = try shop.output("liaisond", "backup", "good", "-C", "hq")
    let made = try shop.run("sh", "-c", making)
    #expect(made.code == 0, "\(made)")
    let result = try shop.run("liaisond", "verify", "--backup", "bad", "-C", "hq")
    #expect(result.code == 1 && result.isPlainFailure && result.errors.contains(told), "\(result)")
    #expect(try lastBackup()?["file"] as? String == "good")
  }

  /// What a server that was killed has committed last is not in its file.
  @Test func aServersOwnFileIsNotRestored() throws {
    let server = try shop.serve()
    _ = try shop.output("liaisond", "office", "add", "ROM", "--name", "Rome", "-C", "hq")
    server.kill()
    let restored = try shop.run("liaisond", "restore", "hq/server.sqlite", "new")
    #expect(restored.code == 1 && restored.isPlainFailure, "\(restored)")
    #expect(restored.errors.contains("a server's own file"), "\(restored)")
    #expect(!FileManager.default.fileExists(atPath: shop.path + "/new"))
    _ = try shop.output("liaisond", "backup", "whole", "-C", "hq")
    _ = try shop.output("liaisond", "restore", "whole", "new")
    #expect(try shop.output("liaisond", "office", "list", "-C", "new").contains("ROM"))
  }

  /// The unit of the daily backup has the server's variables.
  @Test func aBackupIsOfTheRegisterThatTheServersVariablesName() throws {
    _ = try shop.output("liaisond", "init", "other")
    func backup(_ file: String, _ environment: [String: String]) throws -> Workshop.Result {
      try shop.run("liaisond", "-C", "other", "backup", file, environment: environment)
    }
    let folder = shop.path + "/hq"
    let made = try backup("../good", ["LIAISON_DIRECTORY": folder, "LIAISON_STORE": ""])
    #expect(made.code == 0 && made.output.contains("157 records"), "\(made)")
    let both = try backup(
      "../bad", ["LIAISON_DIRECTORY": folder, "LIAISON_STORE": "postgresql://db1/hq"])
    #expect(both.code == 2 && both.isPlainFailure, "\(both)")
    let flag = try shop.run(
      "liaisond", "backup", "other.backup", "-C", "other",
      environment: ["LIAISON_DIRECTORY": folder])
    #expect(flag.output.contains(": 0 records"), "\(flag)")
  }

  /// The chain alone would not tell: the register's own row is another one.
  @Test func aRegisterThatHoldsSomethingElseThanItsChainSaysProvesNoBackup() throws {
    _ = try shop.output("liaisond", "backup", "good", "-C", "hq")
    let sql = "UPDATE change SET revision = zeroblob(32) WHERE position = 100"
    _ = try shop.output("sqlite3", "hq/server.sqlite", sql)
    let proof = try shop.run("liaisond", "verify", "--backup", "good", "-C", "hq")
    #expect(proof.errors.contains("does not hold what the register held"), "\(proof)")
    let again = try shop.run("liaisond", "backup", "next", "-C", "hq")
    #expect(again.code == 1 && again.isPlainFailure, "\(again)")
    #expect(!FileManager.default.fileExists(atPath: shop.path + "/next"))
  }

  @Test func aProofThatCannotBeNotedIsSaid() throws {
    let backup = try shop.run(
      "bash", "-c",
      """
      mkdir hq/server.sqlite-shm; liaisond backup good -C hq
      """)
    #expect(backup.code == 1 && backup.isPlainFailure, "\(backup)")
    #expect(backup.errors.contains("is proven, and the register cannot note it"), "\(backup)")
    #expect(FileManager.default.fileExists(atPath: shop.path + "/good"))
  }
}
