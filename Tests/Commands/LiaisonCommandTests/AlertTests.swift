import Foundation
import LiaisonSync
import TestSupport
import Testing

/// The alert rules and the dashboard, held against a real server, promtool and a real Prometheus.
@Suite(.offPool) struct AlertTests {
  let shop: Workshop
  private static let folder = Workshop.root.appending(path: "Scripts/ops").path

  init() throws { shop = try Workshop() }

  @Test func theRulesAreOnesAndFireOnSeededFaults() throws {
    let rules = try shop.run("promtool", "check", "rules", Self.folder + "/alerts.yml")
    #expect(rules.code == 0 && rules.output.contains("SUCCESS"), "\(rules)")
    let faults = try shop.run("promtool", "test", "rules", Self.folder + "/alerts.test.yml")
    #expect(faults.code == 0, "\(faults)")
  }

  @Test func everyAlertHasItsTest() throws {
    let names = try text("alerts.yml").matches(of: /- alert: (\w+)/).map { String($0.1) }
    let tests = try text("alerts.test.yml")
    #expect(names.count > 10)
    for name in names { #expect(tests.contains("alertname: \(name)\n"), "\(name)") }
  }

  /// A server that has everything to tell: a backup, and a replica that went back in time.
  private func withPage(_ body: (String) throws -> Void) throws {
    try shop.makeHeadquarters()
    _ = try shop.output("liaisond", "backup", "one.backup", "-C", "hq")
    let server = try shop.serve(isSecure: true, hasOperations: true)
    defer { server.kill() }
    let endpoint = try #require(server.endpoint)
    let line = try shop.output("sh", "-c", "liaisond office invite VIE -C hq 2>/dev/null")
    _ = try shop.output("liaison", "clone", line, "vienna")
    _ = try shop.output("cp", "-r", "vienna", "copy")
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=40", "-C", "vienna")
    for folder in ["vienna", "vienna", "copy"] {
      _ = try shop.output("liaison", "sync", "-C", folder)
    }
    try HTTPAnswer.wait(for: "liaison_replica_went_back_timestamp_seconds{", from: endpoint)
    try body(try HTTPAnswer("GET", "/metrics", from: endpoint).body)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
  }

  @Test func everyMetricThatIsAskedForIsToldByAServer() throws {
    let board = try JSONSerialization.jsonObject(with: Data(text("dashboard.json").utf8))
    let panels = try #require((board as? [String: Any])?["panels"] as? [[String: Any]])
    let asked = panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }
      .compactMap { $0["expr"] as? String }
    #expect(asked.count > 20 && panels.allSatisfy { $0["title"] as? String != "" })
    try withPage { page in
      let told = Set(page.matches(of: /(?m)^([a-z][a-z0-9_]*)[ \x7B]/).map { String($0.1) })
      for source in asked + [try text("alerts.yml")] {
        for match in source.matches(of: /\b(?:liaison|process)_[a-z0-9_]+/) {
          #expect(told.contains(String(match.output)), "\(match.output)")
        }
      }
      let checked = try shop.run("sh", "-c", "promtool check metrics <<'END'\n\(page)END\n")
      #expect(checked.code == 0 && (checked.output + checked.errors).isEmpty, "\(checked)")
      let python = try Python.command("metrics.py", [])
      let read = try shop.run("sh", ["-c", "\"$@\" <<'END'\n\(page)END\n", "sh"] + python)
      #expect(read.code == 0, "\(read)")
      let families = page.split(separator: "\n").count { $0.hasPrefix("# TYPE ") }
      #expect(read.output.split(separator: "\n").count == families)
    }
  }

  /// The shipped rules, with their patience cut to nothing, over a server in trouble.
  @Test func aRealPrometheusFiresForAServerInTrouble() throws {
    try shop.makeHeadquarters()
    _ = try shop.output("liaisond", "heal", "open", "-C", "hq")
    let server = try shop.serve(hasOperations: true)
    defer { server.kill() }
    let operations = try #require(server.operations)
    let rules = try text("alerts.yml").replacing(/for: \w+/, with: "for: 0s")
    _ = try shop.scratch.file("alerts.yml", Data(rules.utf8))
    _ = try shop.scratch.file(
      "prometheus.yml",
      Data(
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: [alerts.yml]
        scrape_configs: [{job_name: liaison, static_configs: [{targets: ["\(operations)"]}]}]
        """.utf8))
    let free = try LoopbackListener()
    close(free.file)
    let port = free.port
    let prometheus = try shop.start(
      "prometheus",
      [
        "--config.file=prometheus.yml", "--storage.tsdb.path=tsdb",
        "--web.listen-address=127.0.0.1:\(port)",
      ])
    defer {
      prometheus.process.terminate()
      prometheus.process.waitUntilExit()
    }
    let address = Endpoint(host: "127.0.0.1", port: port)
    let open = ["LiaisonHealingOpen", "LiaisonNoVerifiedBackup"]
    try waitForAlerts(open, at: address, prometheus)
    server.kill()
    try waitForAlerts(["LiaisonServerDown"], at: address, prometheus)
  }

  private func waitForAlerts(
    _ names: [String], at address: Endpoint, _ prometheus: Workshop.Started
  ) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      let told = (try? HTTPAnswer("GET", "/api/v1/alerts", from: address).body) ?? ""
      if names.allSatisfy({ told.contains(#""alertname":"\#($0)""#) }) { return }
      guard ContinuousClock.now < deadline, prometheus.process.isRunning else {
        let errors = try String(contentsOfFile: prometheus.err, encoding: .utf8)
        throw Workshop.Unready(text: "no alert \(names): \(told) \(errors)")
      }
      sched_yield()
    }
  }
}
