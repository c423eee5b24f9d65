import Foundation
import LiaisonExchange
import LiaisonModel
import LiaisonSync
import LiaisonTerminal

/// An office's id, as a person writes it.
enum OfficeArgument {
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
