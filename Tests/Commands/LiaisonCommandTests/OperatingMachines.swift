import Foundation
import LiaisonSync
import TestSupport

/// The machines of the article *Operating*: a folder each, and what of the article is something else there.
final class OperatingMachines {
  let shop: Workshop
  private let database: [String: PostgresServer]
  private var services: [String: Process] = [:]
  /// Ports that are free, in the place of the article's.
  private let front, one, two, three, ready, readyOne, readyTwo: Int

  init(_ shop: Workshop) throws {
    self.shop = shop
    let primary = try PostgresServer.onPort()
    database = [
      "db1": primary,
      "db2": try PostgresServer(
        standbyOf: primary, as: "db2", settings: PostgresServer.settingsOfPort()),
    ]
    let taken = try (0..<7).map { _ in try LoopbackListener.forLater() }
    defer { for each in taken { close(each.file) } }
    let ports = taken.map(\.port)
    (front, one, two) = (ports[0], ports[1], ports[2])
    (ready, readyOne, readyTwo, three) = (ports[3], ports[4], ports[5], ports[6])
    for machine in ["one", "two", "three", "proxy"] {
      for folder in [
        "var/lib/liaison", "var/backups/liaison", "etc/default", "etc/liaison", "etc/prometheus",
        "etc/haproxy", "run/haproxy",
      ] {
        try FileManager.default.createDirectory(
          atPath: "\(root(machine))/\(folder)", withIntermediateDirectories: true)
      }
    }
  }

  /// What systemd and sudo set for `_liaison`, and where the databases are: on this machine, by an address that
  /// does not say so.
  private static let user =
    "HOME=/var/lib/liaison PGHOSTADDR=\(PostgresServer.elsewhere),\(PostgresServer.elsewhere)"

  func root(_ machine: String) -> String { "\(shop.path)/machines/\(machine)" }

  /// What the article says, and what that is on a machine here.
  private func table(_ machine: String) -> [(article: String, here: String)] {
    let hosts = ["db1", "db2"].map { "\($0):\(database[$0]?.port ?? "0")" }.joined(separator: ",")
    let (folder, port) = (database[machine]?.folder ?? "none", database[machine]?.port ?? "0")
    let local = "127.0.0.1"
    return [
      ("sudo -u postgres ", "env PGHOST=\(folder) PGPORT=\(port) PGUSER=postgres "),
      ("postgresql://liaison@db1,db2/hq", "postgresql://liaison@\(hosts)/hq"),
      ("/etc/postgresql/", folder + "/"),
      // Whoever runs the test is all users.
      ("sudo -u _liaison ", "env \(Self.user.replacing("/var/", with: root(machine) + "/var/")) "),
      ("sudo ", ""), ("-o _liaison -g _liaison ", ""),
      ("10.0.0.11:7401", "\(local):\(one)"), ("10.0.0.11:7402", "\(local):\(readyOne)"),
      ("10.0.0.12:7401", "\(local):\(two)"), ("10.0.0.12:7402", "\(local):\(readyTwo)"),
      ("LIAISON_READY_PORT_1=7402", "LIAISON_READY_PORT_1=\(readyOne)"),
      ("LIAISON_READY_PORT_2=7402", "LIAISON_READY_PORT_2=\(readyTwo)"),
      ("10.0.0.13:7401", "\(local):\(three)"), ("sync.example.org:7411", "\(local):\(three)"),
      ("192.0.2.7:7401", "\(local):\(front)"), ("sync.example.org:7401", "\(local):\(front)"),
      ("sync.example.org", local), ("127.0.0.1:7402", "\(local):\(ready)"),
      ("/usr/share/liaisond/", Workshop.root.path + "/Scripts/ops/"),
      ("/usr/bin/", ""), ("/var/", root(machine) + "/var/"), ("/etc/", root(machine) + "/etc/"),
      ("/run/haproxy/", root(machine) + "/run/haproxy/"),
      ("<records.jsonl", "<\(Workshop.root.path)/Scripts/data/reference.jsonl"),
    ]
  }

  /// A text of the article as it is on a machine here; what was put in is not looked at again.
  func here(_ text: String, on machine: String) -> String {
    let table = table(machine)
    var (rest, made) = (text[...], "")
    while !rest.isEmpty {
      if let (article, here) = table.first(where: { rest.hasPrefix($0.article) }) {
        made += here
        rest = rest.dropFirst(article.count)
      } else {
        made.append(rest.removeFirst())
      }
    }
    return made
  }

  func write(_ text: String, to path: String, on machine: String) throws {
    try here(text, on: machine).write(
      toFile: here(path, on: machine), atomically: true, encoding: .utf8)
  }

  func run(_ command: String, on machine: String) throws -> Workshop.Result {
    if let match = command.wholeMatch(of: /sudo systemctl (\w+) ([\w-]+)/) {
      return try systemctl(String(match.1), String(match.2), on: machine)
    }
    return try shop.run("bash", "-o", "pipefail", "-c", here(command, on: machine))
  }
}

// MARK: The databases

extension OperatingMachines {
  /// The house's authority signs a certificate for each database; `db1` is left to the article.
  func makeDatabaseCertificates() throws {
    for (name, server) in database { try server.makeCertificate(for: name) }
    try database["db2"]?.showCertificate()
    let authorities = try ["db1", "db2"].compactMap { database[$0]?.authority }
      .map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
    for machine in ["one", "two", "three"] {
      let folder = root(machine) + "/var/lib/liaison/.postgresql"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try authorities.write(toFile: folder + "/root.crt", atomically: true, encoding: .utf8)
    }
  }

  /// Waits until commits wait for the standby, as the article has said.
  func checkStandby() throws {
    try wait(for: "sync", "SELECT sync_state FROM pg_stat_replication", on: "db1")
  }

  /// From now on the standby hears of no commit, and no commit waits for it.
  func cutStandby() throws {
    for (machine, change) in [
      ("db1", "RESET synchronous_standby_names"), ("db2", "SET primary_conninfo = ''"),
    ] {
      _ = try database[machine]?.sql("ALTER SYSTEM \(change)")
      _ = try database[machine]?.sql("SELECT pg_reload_conf()")
    }
    try wait(for: "", "SHOW synchronous_standby_names", on: "db1")
    try wait(for: "0", "SELECT count(*) FROM pg_stat_wal_receiver", on: "db2")
  }

  private func wait(for answer: String, _ query: String, on machine: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try database[machine]?.sql(query) != answer {
      guard ContinuousClock.now < deadline else {
        throw Workshop.Unready(text: "\(machine) does not answer '\(answer)' to \(query)")
      }
    }
  }
}

// MARK: What systemd does

extension OperatingMachines {
  private static let done = Workshop.Result(code: 0, output: "", errors: "")

  /// What `systemctl` does, by the units' own command lines.
  private func systemctl(
    _ verb: String, _ unit: String, on machine: String
  ) throws -> Workshop.Result {
    let name = "\(machine) \(unit)"
    switch (verb, unit) {
    case ("start", "liaisond-backup"):
      return try shop.run("bash", "-c", commandLine(of: unit, on: machine))
    case ("stop", "postgresql"): try database[machine]?.stop(.immediate)
    case ("stop", "liaisond"): try stop(name)
    case ("start", "liaisond"): try startServer(name, on: machine)
    case ("restart", "liaisond"):
      try stop(name)
      try startServer(name, on: machine)
    case ("reload", "liaisond"):
      guard let process = services[name] else { throw Workshop.Unready(text: "\(name): none") }
      kill(process.processIdentifier, SIGHUP)
    case ("restart", "haproxy"): try startProxy(name, on: machine)
    case _: throw Workshop.Unready(text: "nobody stands in for systemctl \(verb) \(unit)")
    }
    return Self.done
  }

  /// A unit's command line in its folder, with its environment.
  private func commandLine(of unit: String, on machine: String) throws -> String {
    let file = Workshop.root.appending(path: "Scripts/packaging/liaisond/\(unit).service")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    func values(_ key: String) -> [String] {
      lines.filter { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }
    guard let command = values("ExecStart").first, values("ExecStart").count == 1 else {
      throw Workshop.Unready(text: "\(unit) has not one command line")
    }
    let script =
      ["set -ae"] + values("Environment") + values("EnvironmentFile").map { ". \($0.dropFirst())" }
      + [Self.user] + values("WorkingDirectory").map { "cd \($0)" } + ["exec \(command)"]
    return here(script.joined(separator: "\n"), on: machine)
  }

  private func startServer(_ name: String, on machine: String) throws {
    let socket = try NotifySocket("@liaison-\(UUID().uuidString)")
    let process = shop.process(
      "bash", ["-c", try commandLine(of: "liaisond", on: machine)], ["NOTIFY_SOCKET": socket.name])
    process.standardOutput = FileHandle.nullDevice
    let log = try shop.scratch.file("log-\(UUID().uuidString)", Data())
    process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
    try process.run()
    services[name] = process
    do {
      _ = try socket.all(until: "READY=1")
    } catch {
      throw Workshop.Unready(text: try String(contentsOfFile: log, encoding: .utf8))
    }
  }

  private func startProxy(_ name: String, on machine: String) throws {
    let script = """
      set -ae; . /etc/default/haproxy; LIAISON_HAPROXY_SOCKET=/run/haproxy/liaison.sock
      haproxy -c -q -f /etc/haproxy/haproxy.cfg; exec haproxy -W -f /etc/haproxy/haproxy.cfg
      """
    let process = shop.process("bash", ["-c", here(script, on: machine)])
    (process.standardOutput, process.standardError) = (
      FileHandle.nullDevice, FileHandle.nullDevice
    )
    try process.run()
    services[name] = process
    let deadline = ContinuousClock.now + .seconds(30)
    while (try? PlainSocket(to: Endpoint(host: "127.0.0.1", port: front)).close()) == nil {
      guard ContinuousClock.now < deadline, process.isRunning else {
        throw Workshop.Unready(text: "haproxy does not listen")
      }
      sched_yield()
    }
  }

  private func stop(_ name: String) throws {
    guard let process = services.removeValue(forKey: name) else { return }
    process.terminate()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Workshop.Unready(text: "\(name) ended with \(process.terminationStatus)")
    }
  }

  /// Ends all that still runs.
  func end() {
    for process in services.values {
      process.terminate()
      process.waitUntilExit()
    }
    for server in database.values { try? server.stop(.immediate) }
  }
}
