import Foundation

/// Python clients of ours: `Tests/Interop`.
public enum Python {
  /// Other people's tools that a test needs are not there.
  struct Missing: Error, CustomStringConvertible {
    let description = "the Python clients need their packages: ./Scripts/install --tests"
  }

  struct Failed: Error {
    let command: [String]
    let status: Int32
    let output: String
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// What runs a client: the interpreter that has its packages, the client, and its arguments.
  public static func command(_ client: String, _ arguments: [String]) throws -> [String] {
    let given = ProcessInfo.processInfo.environment["LIAISON_PYTHON"]
    let python = given ?? root.appending(path: ".build/python/bin/python").path
    guard FileManager.default.isExecutableFile(atPath: python) else { throw Missing() }
    return [python, root.appending(path: "Tests/Interop/\(client)").path] + arguments
  }

  /// What a client prints that must come to its end well.
  public static func output(_ client: String, _ arguments: [String]) async throws -> String {
    let command = try command(client, arguments)
    return try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try run(command) })
      }
    }
  }

  private static func run(_ command: [String]) throws -> String {
    let (process, out) = (Process(), Pipe())
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardOutput = out
    try process.run()
    let output = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failed(command: command, status: process.terminationStatus, output: output)
    }
    return output
  }
}
