import Foundation
import TestSupport
import Testing

/// The article *Operating*, as it is printed: its commands are run one after the other.
@Suite(.offPool) struct OperatingTests {
  private let article: OperatingArticle

  init() throws { article = try OperatingArticle() }

  /// Once as it stands there, and once with a standby that was cut off before the last commit.
  @Test(arguments: [true, false])
  func everyCommandDoesWhatItSays(isSynchronous: Bool) throws {
    let shop = try Workshop()
    let machines = try OperatingMachines(shop)
    defer { machines.end() }
    try makeHouseCertificate(shop, at: machines.root(OperatingArticle.server) + "/etc/liaison")
    var section = ""
    for part in article.parts {
      if part.section != section {
        section = part.section
        if section == "The primary fails" {
          try isSynchronous ? machines.checkStandby() : machines.cutStandby()
        }
        if section == "The line to the database" { try machines.makeDatabaseCertificates() }
        try arrive(at: section, shop)
      }
      switch part.step {
      case .file(let text, let path, let on):
        for machine in on { try machines.write(text, to: path, on: machine) }
      case .command(let command, let machine):
        let expected = command.firstMatch(of: /# exits with (\d+)$/).flatMap { Int32($0.1) } ?? 0
        let result = try type(command, on: machine, of: machines, in: section)
        try #require(
          result.code == expected,
          "Operating.md:\(part.line): \(machine)$ \(command): \(result)")
        check(command, result)
        if command.contains("log --handed-back --store") {
          let mayBeSynchronous = part.section == "The primary fails" && isSynchronous
          let code = edits[part.section] ?? "none"
          #expect(result.output.contains(code) != mayBeSynchronous, "\(result)")
        }
      case .package: break
      }
    }
    let digests = try ["vienna", "newyork"].map { try shop.output("liaison", "verify", "-C", $0) }
    #expect(Set(digests).count == 1)
    for code in edits.values { _ = try shop.output("liaison", "show", code, "-C", "newyork") }
  }

  /// As the article says, after a failover a sync may come before the servers are ready again.
  private func type(
    _ command: String, on machine: String, of machines: OperatingMachines, in section: String
  ) throws -> Workshop.Result {
    let isPatient =
      ["The primary fails", "The database is lost"].contains(section)
      && command.hasPrefix("liaison sync")
    let deadline = ContinuousClock.now + .seconds(30)
    var result = try machines.run(command, on: machine)
    while isPatient, result.code == 4, ContinuousClock.now < deadline {
      result = try machines.run(command, on: machine)
    }
    return result
  }

  // MARK: What happens between the article's lines

  /// What Vienna writes before a section, which must be there in the end.
  private let edits = [
    "Restore": "BEFORE-RESTORE", "Move to another machine": "BEFORE-MOVE",
    "The database": "BEFORE-GROWTH", "The primary fails": "BEFORE-FAILOVER",
    "The database is lost": "BEFORE-LOSS",
  ]

  private func arrive(at section: String, _ shop: Workshop) throws {
    guard let code = edits[section] else { return }
    _ = try shop.output(
      "liaison", "new", "area", "code=\(code)", "name=\(section)", "-C", "vienna")
    #expect(try shop.output("liaison", "sync", "-C", "vienna").contains("sent 1"), "\(section)")
  }

  private func makeHouseCertificate(_ shop: Workshop, at folder: String) throws {
    let made = try shop.run(
      "sh", "-ec",
      """
      umask 077; cd \(folder)
      openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.pem -days 30 \
        -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1
      """)
    try #require(made.code == 0, "\(made)")
  }

  /// What the article says that a command shows.
  private static let shown: [(part: String, text: String)] = [
    ("audit", "invited"), ("readyz?verbose", "[+]disk ok"), ("-enddate", "notAfter="),
    ("log --handed-back", "BEFORE-RESTORE"), ("heal status", "healing is open"),
    ("heal close", "healing is closed"), ("promtool", "SUCCESS"),
    ("replica revoke", "NYC-A is let in no more"), ("pg_stat_replication", "db2"),
    ("move-store", "the same at both places"), ("liaisond status --store", "last proven backup"),
    ("liaisond-backup", "records, digest"), ("pg_promote", "t"),
    ("pg_stat_ssl", "\n t\n"), ("pg_is_in_recovery", "liaisond"),
  ]

  private func check(_ command: String, _ result: Workshop.Result) {
    for (part, text) in Self.shown where command.contains(part) {
      #expect(result.output.contains(text), "\(command): \(result)")
    }
  }

  // MARK: What would be read and run by nobody

  @Test func aBlockThatNobodyRunsIsRefused() {
    for text in ["```sh\nls\n```", "```console root\n$ ls\n```", "```\nls\n```", "    ls"] {
      #expect(throws: OperatingArticle.Fault.self) { try OperatingArticle(text) }
    }
    #expect(throws: OperatingArticle.Fault.self) { try OperatingArticle("```console\nls\n```") }
  }

  @Test func aCommandInTheTextIsAlsoOneThatIsRun() throws {
    let run = article.parts.compactMap { part -> String? in
      guard case .command(let command, _) = part.step else { return nil }
      return command
    }
    #expect(run.count > 80)
    for (part, _) in Self.shown { #expect(run.contains { $0.contains(part) }, "\(part)") }
    let programs = ["liaison", "liaisond", "sudo", "systemctl", "curl", "psql"]
    // The unit's command line, and the manual, which Scripts/packages-test opens.
    let others = ["liaisond serve", "man liaisond"]
    for line in article.prose {
      for match in line.matches(of: /`([^`]+)`/) {
        let text = String(match.1)
        let words = text.split(separator: " ")
        guard words.count > 1, programs.contains(String(words[0])) else { continue }
        #expect(others.contains(text) || run.contains { $0.contains(text) }, "\(text)")
      }
    }
  }

  @Test func everyAlertSaysWhatToDo() throws {
    let rules = try String(
      contentsOf: Workshop.root.appending(path: "Scripts/ops/alerts.yml"), encoding: .utf8)
    let alerts = rules.matches(of: /- alert: (\w+)/).map { String($0.1) }
    let rows = article.prose.compactMap { $0.wholeMatch(of: /\| (Liaison\w+) \| .+ \|/)?.1 }
    #expect(rows.map(String.init) == alerts)
    // What it says between asterisks is a section.
    let sections = Set(article.parts.map(\.section))
    for line in article.prose where line.hasPrefix("| Liaison") {
      for match in line.matches(of: /\*([^*]+)\*/) { #expect(sections.contains(String(match.1))) }
    }
  }
}
