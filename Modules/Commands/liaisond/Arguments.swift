import Foundation
import LiaisonExchange
import LiaisonModel
import LiaisonSync
import LiaisonTerminal

/// An office's id, as a person writes it.
enum OfficeArgument {
  /// What an import writes that is of no office.
  static let server = OfficeID("SERVER")

  static func parse(_ text: String, advice: String = "--office LYO") throws -> OfficeID {
    guard let id = OfficeID(text) else {
      throw Failure("'\(text)' is not an office's id", advice: advice, status: .usage)
    }
    return id
  }

  static func check(_ id: OfficeID, in log: some ChangeLog) async throws {
    guard try await log.office(id) == nil else { return }
    throw Failure(
      "the register has no office \(id)", advice: "liaisond office add \(id) --name …")
  }

  static func parse(role text: String) throws -> Role {
    guard let role = Role(rawValue: text.lowercased()) else {
      throw Failure(
        "'\(text)' is not a role", advice: Role.allCases.map(\.rawValue).joined(separator: ", "),
        status: .usage)
    }
    return role
  }

  /// The name of an office, brought to NFC.
  static func parse(name: String) throws -> String {
    let name = TextRules.normalized(name)
    if let fault = TextRules.problem(withLine: name) {
      throw Failure("the name \(fault)", advice: "another --name", status: .usage)
    }
    guard !name.isEmpty else {
      throw Failure("the office has no name", advice: "--name \"Vienna\"", status: .usage)
    }
    return name
  }
}

/// Who writes what is imported.
enum AuthorArgument {
  /// The author, brought to NFC.
  static func parse(_ text: String) throws -> String {
    let author = TextRules.normalized(text)
    if let fault = TextRules.problem(withWord: author) {
      throw Failure("the author \(fault)", advice: "another LIAISON_AUTHOR")
    }
    return author
  }
}

/// What people call something.
enum NoteArgument {
  /// The note, brought to NFC.
  static func parse(_ text: String) throws -> String {
    let note = TextRules.normalized(text)
    if let fault = TextRules.problem(withLine: note) {
      throw Failure("the note \(fault)", advice: "another --note", status: .usage)
    }
    return note
  }
}

/// A file that is read.
enum InputArgument {
  static func parse(_ path: String) throws -> ImportInput {
    guard path != "-" else { return .standardInput }
    try checkReadable(path)
    return .file(path)
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    try checkReadable(path)
    guard let data = FileManager.default.contents(atPath: path) else { throw unreadable(path) }
    return Array(data)
  }

  static func checkReadable(_ path: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
      !isFolder.boolValue, FileManager.default.isReadableFile(atPath: path)
    else { throw unreadable(path) }
  }

  private static func unreadable(_ path: String) -> Failure {
    Failure("the file \(path) cannot be read", advice: "another file")
  }
}

/// A name or an address that a server is called by.
enum HostArgument {
  /// What the server is called by on its own machine.
  static let loopback = ["localhost", "127.0.0.1", "::1"]

  static func parse(_ text: String) throws -> String {
    let isIPv6 = text.contains(":")
    // No certificate is for a name with an underscore (RFC 6125).
    guard !text.contains("_"), let endpoint = Endpoint(isIPv6 ? "[\(text)]:1" : "\(text):1") else {
      throw Failure(
        "'\(text)' is no name or address of a host", advice: "--host sync.example.org",
        status: .usage)
    }
    return endpoint.host.lowercased()
  }
}

/// How long something is valid.
enum DurationArgument {
  /// Milliseconds: a number with `m`, `h` or `d`.
  static func milliseconds(_ text: String) throws -> Int64 {
    let units: [Character: Int64] = ["m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
      (1...1000).contains(count)
    else {
      throw Failure("'\(text)' is no time", advice: "--valid 24h, or 30m, or 7d", status: .usage)
    }
    return count * unit
  }
}
