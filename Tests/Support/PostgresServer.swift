import Foundation
import Synchronization

/// A real PostgreSQL for tests: one for the process, in a scratch folder, on a socket in it. It stops with the
/// process, however that ends.
public final class PostgresServer: Sendable {
  /// Why there is none.
  public struct Fault: Error, CustomStringConvertible {
    public let description: String
  }

  public static let shared = Result { try PostgresServer(settings: ["max_connections": "400"]) }

  public let folder: String
  /// It runs as long as this is open.
  private let life: Pipe
  private let process: Process
  private let places = Mutex(0)

  /// - Parameters:
  ///   - primary: whose standby it is; otherwise it stands alone.
  ///   - name: what its primary calls it.
  /// - Throws: ``Fault``, which says what to install.
  public init(
    settings: [String: String] = [:], following primary: PostgresServer? = nil,
    as name: String = "standby"
  ) throws {
    let programs = try Self.programs()
    folder = try Self.newFolder()
    life = Pipe()
    process = Process()
    let data = folder + "/data"
    try Self.run(
      primary.map {
        [
          programs + "/pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
          "-D", data, "-d", "host=\($0.folder) user=postgres application_name=\(name)",
        ]
      } ?? [
        programs + "/initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8",
        "--no-locale", "--no-sync", "-D", data,
      ])
    let options = settings.merging([
      "listen_addresses": "", "unix_socket_directories": folder, "shared_buffers": "64MB",
      "max_wal_size": "256MB",
    ]) { asked, _ in asked }
    let arguments = options.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    // The shell reads until this process has gone.
    let script = #""$@" >>"$0/log" 2>&1 & cat >/dev/null; kill -INT $!; wait; rm -rf "$0""#
    let command = Self.asUser(
      ["sh", "-c", script, folder, programs + "/postgres", "-D", data] + arguments)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = life
    try process.run()
    try Self.run([
      "sh", "-c", #"for i in $(seq 600); do "$@" && exit; sleep 0.1; done; exit 1"#, "wait",
      programs + "/pg_isready", "-q", "-h", folder,
    ])
  }

  /// It ends at once, and comes no more.
  public func stop() throws {
    try life.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// A connection URI of its one database, with a namespace that is nobody else's.
  public func newPlace() -> String {
    let number = places.withLock { places in
      places += 1
      return places
    }
    return place(namespace: "test_\(number)")
  }

  public func place(namespace: String) -> String {
    "postgresql:///postgres?host=\(folder)&user=postgres&namespace=\(namespace)"
  }

  /// Runs SQL as its administrator.
  /// - Returns: what it prints, without headings.
  @discardableResult
  public func sql(_ text: String) throws -> String {
    try Self.run([
      "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres",
      "-d", "postgres", "-c", text,
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
  private static func run(_ command: [String], isUser: Bool = true) throws -> String {
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
