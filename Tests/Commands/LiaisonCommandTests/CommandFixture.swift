import Foundation
import TestSupport
import Testing

/// The real binaries in a scratch folder that goes with the test.
final class Workshop: Sendable {
  let scratch: Scratch
  var path: String { scratch.path }
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  /// Where the build put the binaries: beside the tests.
  static let binaries = URL(filePath: ProcessInfo.processInfo.arguments[0])
    .resolvingSymlinksInPath().deletingLastPathComponent()

  init() throws { scratch = try Scratch() }

  struct Result {
    let code: Int32
    let output: String
    let errors: String

    /// One line of what happened, one of what to try.
    var isPlainFailure: Bool {
      let lines = errors.split(separator: "\n")
      return code != 0 && lines.count == 2 && lines[0].hasPrefix("liaison")
        && lines[1].hasPrefix("Try: ")
    }
  }

  /// Runs a command to its end.
  @discardableResult
  func run(
    _ command: String, _ arguments: String..., environment: [String: String] = [:]
  ) throws -> Result {
    try run(command, arguments, environment: environment)
  }

  func run(
    _ command: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    try start(command, arguments, environment: environment).finish()
  }

  /// Runs a command beside the test.
  func start(
    _ command: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Started {
    let process = process(command, arguments, environment)
    let (out, err) = ("\(path)/.out-\(UUID().uuidString)", "\(path)/.err-\(UUID().uuidString)")
    for name in [out, err] {
      guard FileManager.default.createFile(atPath: name, contents: nil) else {
        throw Unready(text: "\(name) cannot be made")
      }
    }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: out))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: err))
    try process.run()
    return Started(process: process, out: out, err: err)
  }

  func process(
    _ command: String, _ arguments: [String], _ environment: [String: String] = [:]
  ) -> Process {
    let process = Process()
    let binary = Workshop.binaries.appending(path: command)
    let isOurs = FileManager.default.isExecutableFile(atPath: binary.path)
    process.executableURL = isOurs ? binary : URL(filePath: "/usr/bin/env")
    process.arguments = isOurs ? arguments : [command] + arguments
    process.currentDirectoryURL = URL(filePath: path)
    var all = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    all["PATH"] = Workshop.binaries.path + ":" + (all["PATH"] ?? "")
    all["LIAISON_AUTHOR"] = environment["LIAISON_AUTHOR"] ?? "Tester"
    all["NO_COLOR"] = environment["NO_COLOR"]
    process.environment = all
    return process
  }

  /// A server of the folder `hq` on a free port of loopback; stopped by the caller.
  /// - Parameters:
  ///   - isSecure: whether it speaks TLS, and offices enrol.
  ///   - flags: what else a secure one is told.
  ///   - configuration: a file that says all of this.
  ///   - hasOperations: whether it has a port for those who run it.
  ///   - room: KiB that each of its files may take, as on a full disk.
  ///   - files: how many files and connections it may have open.
  func serve(
    _ folder: String = "hq", listen: String = "127.0.0.1:0", isSecure: Bool = false,
    flags: [String] = [], hasOperations: Bool = false, configuration: String? = nil,
    room: Int? = nil, files: Int? = nil, environment: [String: String] = [:]
  ) throws -> Server {
    let arguments =
      [folder, "--listen", listen] + (isSecure ? flags : ["--insecure-loopback"])
      + (hasOperations ? ["--operations", "127.0.0.1:0"] : [])
    let limits = room.map { "trap '' XFSZ; ulimit -f \($0); " } ?? ""
    let process = process(
      "bash",
      ["-c", limits + (files.map { "ulimit -n \($0); " } ?? "") + "exec liaisond \"$@\"", "-"]
        + ["serve"] + (configuration.map { ["--config", $0] } ?? arguments),
      environment)
    let log = try scratch.file(".log-\(UUID().uuidString)", Data())
    process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
    let lines = try ProcessLines(of: process)
    // Whichever port is open first is told first.
    var told: [Substring: String] = [:]
    for _ in 0..<(hasOperations ? 2 : 1) {
      guard let words = lines.next()?.split(separator: " "), words.count == 3 else { break }
      told[words[0]] = String(words[2])
    }
    guard let address = told["listening"], (told["operations"] != nil) == hasOperations else {
      process.waitUntilExit()
      let logged = try String(contentsOfFile: log, encoding: .utf8)
      throw Unready(text: "liaisond serve ended with \(process.terminationStatus): \(logged)")
    }
    return Server(
      process: process, lines: lines, log: log, address: address,
      operations: told["operations"])
  }

  struct Unready: Error { let text: String }

  /// A command that runs beside the test.
  struct Started {
    let process: Process
    let out: String
    let err: String

    /// Waits for its end.
    func finish() throws -> Result {
      process.waitUntilExit()
      let result = Result(
        code: process.terminationReason == .exit
          ? process.terminationStatus : -process.terminationStatus,
        output: try String(contentsOfFile: out, encoding: .utf8),
        errors: try String(contentsOfFile: err, encoding: .utf8))
      for name in [out, err] { try FileManager.default.removeItem(atPath: name) }
      return result
    }
  }

  struct Server: @unchecked Sendable {  // Process is used by one test at a time.
    let process: Process
    let lines: ProcessLines
    let log: String
    let address: String
    /// Of the port for those who run it, if it has one.
    let operations: String?

    /// The lines of its log.
    func logged() throws -> [String] {
      try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Waits until so many lines of its log hold a text.
    func waitForLog(_ text: String, times: Int = 1) throws {
      let deadline = ContinuousClock.now + .seconds(60)
      while try logged().count(where: { $0.contains(text) }) < times {
        guard ContinuousClock.now < deadline else {
          throw Unready(text: "the log does not tell '\(text)': \(try logged())")
        }
        sched_yield()
      }
    }

    func kill() {
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }

    /// SIGTERM; the exit code.
    func stop() -> Int32 {
      process.terminate()
      process.waitUntilExit()
      return process.terminationStatus
    }
  }

  /// A register with the reference records, and offices.
  func makeHeadquarters() throws {
    try #require(run("liaisond", "init", "hq").code == 0)
    for office in ["LYO", "VIE", "NYC"] {
      try #require(
        run(
          "liaisond", "office", "add", office, "--name", office, "--role", "registrar", "-C", "hq"
        ).code == 0)
    }
    let file = Workshop.root.appending(path: "Scripts/data/reference.jsonl").path
    let imported = try run("liaisond", "import", file, "--office", "LYO", "-C", "hq")
    try #require(imported.output == "imported 157 records\n", "\(imported)")
  }

  /// A register, a server of it, and replicas of these offices in folders of their names.
  func withReplicas<Value>(
    of offices: String..., body: (Server) throws -> Value
  ) throws -> Value {
    try makeHeadquarters()
    let server = try serve()
    defer { server.kill() }
    for office in offices {
      let clone = try run(
        "liaison", "clone", server.address, office, "--insecure-loopback", "--office", office)
      try #require(clone.code == 0, "\(clone)")
    }
    return try body(server)
  }

  /// What a command prints that must succeed.
  func output(_ command: String, _ arguments: String...) throws -> String {
    let result = try run(command, arguments)
    #expect(result.code == 0 && result.errors.isEmpty, "\(arguments): \(result)")
    return result.output
  }

  /// The numbers of what a command prints as one JSON object.
  func counts(_ command: String, _ arguments: String...) throws -> [String: Int] {
    let result = try run(command, arguments + ["--json"])
    let value = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return try #require(value as? [String: Any], "\(result)").compactMapValues { $0 as? Int }
  }

  /// What a command prints as JSON.
  func json<Value>(_ command: String, _ arguments: String...) throws -> Value {
    let result = try run(command, arguments + ["--json"])
    let value = try JSONSerialization.jsonObject(
      with: Data(result.output.utf8), options: .fragmentsAllowed)
    return try #require(value as? Value, "\(result)")
  }
}
