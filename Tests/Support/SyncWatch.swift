import Foundation

/// Watches what another process writes to its database files, and when it makes them durable: by a
/// small library that is compiled here and preloaded there (Tests/Stores/sync_watch.c).
public struct SyncWatch: Sendable {
  /// What happened to a database file, or was said outside.
  public enum Note: Hashable, Sendable {
    case write(String)
    case sync(String)
    /// The process told somebody something: it said so, sent a message of gRPC, or came to its end.
    case answer
  }

  private let library: String
  private let path: String
  private static let key = "LIAISON_SYNC_NOTES"

  /// - Throws: if the library cannot be compiled.
  public init(_ scratch: Scratch) throws {
    library = scratch.folder("sync_watch.so")
    path = scratch.folder("notes")
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Stores/sync_watch.c").path
    try SyncWatch.run("/usr/bin/cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"])
  }

  /// What a process is started with to be watched, from now on.
  public func environment() throws -> [String: String] {
    try Data().write(to: URL(filePath: path))
    return ["LD_PRELOAD": library, SyncWatch.key: path]
  }

  /// What it has done so far, in order.
  public func notes() throws -> [Note] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      return switch words[0] {
      case "write": .write(words[1])
      case "sync": .sync(words[1])
      default: .answer
      }
    }
  }

  /// Runs a program under watch to its end.
  /// - Returns: what it did, in order; its end is the last answer.
  public func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> [Note] {
    try SyncWatch.run(
      program, arguments, environment: environment.merging(self.environment()) { $1 })
    return try notes()
  }

  /// Says in a process under watch that it has answered.
  public static func answered() {
    // In append mode, so that no line is lost between the process's own.
    guard let path = ProcessInfo.processInfo.environment[key], let file = fopen(path, "a") else {
      return
    }
    fputs("answer\n", file)
    fclose(file)
  }

  /// How many answers left while something written was not durable yet.
  public static func earlyAnswers(_ notes: [Note]) -> Int {
    var dirty: Set<String> = []
    var early = 0
    for note in notes {
      switch note {
      case .write(let file): dirty.insert(file)
      case .sync(let file): dirty.remove(file)
      case .answer: early += dirty.isEmpty ? 0 : 1
      }
    }
    return early
  }

  private static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(program: program, status: process.terminationStatus)
    }
  }

  private struct Failed: Error {
    let program: String
    let status: Int32
  }
}
