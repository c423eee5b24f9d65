import Foundation
import Synchronization

/// A real PostgreSQL for tests, in a scratch folder, on a socket in it and, if a port is set, over TCP. It may be stopped and started again, and
/// be copied by a standby; it stops with the process, however that ends.
public final class PostgresServer: Sendable {
  /// Why there is none.
  public struct Fault: Error, CustomStringConvertible {
    public let description: String
  }

  /// How it stops.
  public enum Stop: String, Sendable {
    /// It ends all sessions first.
    case fast
    /// As if the power had failed.
    case immediate
  }

  /// One for all tests of the process that do it no harm.
  public static let shared = Result { try PostgresServer(settings: ["max_connections": "400"]) }

  public let folder: String
  /// Its own is also that of its socket.
  public let port: String
  /// The folder goes, and the server in it, when this is closed.
  private let life: Pipe
  private let process: Process
  private let programs: String
  private let places = Mutex(0)

  /// An empty one, which runs.
  /// - Throws: ``Fault``, which says what to install.
  public convenience init(settings: [String: String] = [:]) throws {
    try self.init(settings) { programs, data in
      try Self.run([
        programs + "/initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8",
        "--no-locale", "--no-sync", "-D", data,
      ])
    }
  }

  /// One that copies another as it goes on.
  /// - Parameter name: its own in the other's `synchronous_standby_names`.
  public convenience init(
    standbyOf primary: PostgresServer, as name: String = "standby",
    settings: [String: String] = [:]
  ) throws {
    try self.init(settings) { programs, data in
      try Self.run([
        programs + "/pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
        "-D", data, "-d",
        "host=\(primary.folder) port=\(primary.port) user=postgres application_name=\(name)",
      ])
    }
    try primary.poll("SELECT count(*) FROM pg_stat_replication", "1")
  }

  private init(
    _ settings: [String: String], fill: (_ programs: String, _ data: String) throws -> Void
  ) throws {
    programs = try Self.programs()
    folder = try Self.newFolder()
    port = settings["port"] ?? "5432"
    life = Pipe()
    process = Process()
    // The shell reads until this process has gone.
    let script = #"""
      trap '' INT TERM HUP; cat >/dev/null
      "$1" -s -m immediate -D "$0/data" stop 2>/dev/null; rm -rf "$0"
      """#
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = Self.asUser(["sh", "-c", script, folder, programs + "/pg_ctl"])
    process.standardInput = life
    process.currentDirectoryURL = URL(filePath: "/")
    try process.run()
    try fill(programs, data)
    try configure(
      [
        "listen_addresses": "", "port": port, "unix_socket_directories": folder,
        "shared_buffers": "64MB",
        "max_wal_size": "256MB",
      ].merging(settings) { $1 })
    try start()
  }

  var data: String { folder + "/data" }

  private func configure(_ settings: [String: String]) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: data + "/postgresql.conf"))
    try file.seekToEnd()
    for (name, value) in settings {
      try file.write(contentsOf: Data("\(name) = '\(value)'\n".utf8))
    }
    try file.close()
  }

  // MARK: Its life

  /// Starts it, and waits until it answers.
  public func start() throws {
    // What stays behind has nothing of this process open: Foundation waits for the end of that.
    let script = #"""
      for file in /proc/$$/fd/*; do
        number=${file##*/}; if [ "$number" -gt 2 ]; then exec {number}>&-; fi
      done
      exec "$0" "$@"
      """#
    try Self.run(
      [
        "bash", "-c", script, programs + "/pg_ctl", "-s", "-D", data, "-l", folder + "/log",
        "start",
      ]
    )
  }

  public func stop(_ how: Stop) throws {
    try Self.run([programs + "/pg_ctl", "-s", "-D", data, "-m", how.rawValue, "stop"])
  }

  /// Makes a standby a server of its own, which is written to.
  public func promote() throws {
    try Self.run([programs + "/pg_ctl", "-s", "-D", data, "promote"])
  }

  /// Ends a standby's stream, and with it whatever the other commits from now on.
  public func cutStream() throws {
    try set("primary_conninfo", "")
    try poll("SELECT count(*) FROM pg_stat_wal_receiver", "0")
  }

  /// Sets what can be set while it runs, and waits until it counts.
  public func set(_ name: String, _ value: String) throws {
    try sql("ALTER SYSTEM SET \(name) = '\(value)'")
    try sql("SELECT pg_reload_conf()")
    try poll("SHOW \(name)", value)
  }

  /// Waits until a query has this answer. What it waits for may need the threads of Swift's pool.
  public func wait(for query: String, toBe answer: String) async throws {
    try await withCheckedThrowingContinuation { waiter in
      // A thread of its own: those of Dispatch are few, and the store blocks some.
      let thread = Thread { [self] in
        waiter.resume(with: Result { try poll(query, answer) })
      }
      thread.start()
    }
  }

  private func poll(_ query: String, _ answer: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    var last = try sql(query)
    while last != answer {
      guard ContinuousClock.now < deadline else {
        throw Fault(description: "\(query) is not \(answer) but \(last)")
      }
      last = try sql(query)
    }
  }

  // MARK: Its database

  /// A connection URI of its one database, with a namespace that is nobody else's.
  public func newPlace() -> String {
    let number = places.withLock { places in
      places += 1
      return places
    }
    return place(namespace: "test_\(number)")
  }

  public func place(namespace: String) -> String { Self.place([self], namespace: namespace) }

  /// A connection URI that names several.
  public static func place(_ servers: [PostgresServer], namespace: String) -> String {
    let folders = servers.map(\.folder).joined(separator: ",")
    let ports = servers.map(\.port).joined(separator: ",")
    return
      "postgresql:///postgres?host=\(folders)&port=\(ports)&user=postgres&namespace=\(namespace)"
  }

  /// Runs SQL as its administrator.
  /// - Returns: what it prints, without headings.
  @discardableResult
  public func sql(_ text: String) throws -> String {
    try Self.run([
      "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", port,
      "-U", "postgres", "-d", "postgres", "-c", text,
    ])
  }

  // MARK: How it is run

  private static func programs() throws -> String {
    let all = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: all)) ?? []
    guard let newest = versions.compactMap(Int.init).max() else {
      throw Fault(description: "there is no PostgreSQL in \(all): apt-get install postgresql")
    }
    return "\(all)/\(newest)/bin"
  }

  /// PostgreSQL does not run as root.
  private static func asUser(_ command: [String]) -> [String] {
    geteuid() == 0
      ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] + command : command
  }

  private static func newFolder() throws -> String {
    // A socket's path may not be long.
    var template = Array("/tmp/liaison-pg-XXXXXX\0".utf8CString.dropLast())
    guard mkdtemp(&template) != nil else {
      throw Fault(description: "no folder for PostgreSQL can be made in /tmp")
    }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if geteuid() == 0 { try run(["chown", "postgres", folder], isUser: false) }
    return folder
  }

  @discardableResult
  static func run(_ command: [String], isUser: Bool = true) throws -> String {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = isUser ? asUser(command) : command
    process.standardOutput = output
    process.standardError = errors
    process.currentDirectoryURL = URL(filePath: "/")
    try process.run()
    let told = output.fileHandleForReading.readDataToEndOfFile()
    let fault = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Fault(
        description: "\(command.joined(separator: " ")): \(String(decoding: fault, as: UTF8.self))")
    }
    return String(decoding: told, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit { try? life.fileHandleForWriting.close() }
}
