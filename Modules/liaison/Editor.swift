import Foundation
import LiaisonCommand
import LiaisonModel
import LiaisonReplica

/// A record as a text file for $EDITOR, and back.
///
/// `field: value` on a line; sets and lists have a line `- member` each, prose lines begin with
/// two blanks. Lines with `#` are comments.
enum Editor {
  /// What a person changed in their editor.
  static func assignments(for record: Record, in replica: Replica) async throws -> [Assignment] {
    let code = try await replica.codes(of: record.references)
    let before = text(of: record, code)
    let file = FileManager.default.temporaryDirectory
      .appending(path: "liaison-\(record.code)-\(ProcessInfo.processInfo.processIdentifier).txt")
    guard
      FileManager.default.createFile(
        atPath: file.path, contents: Data(before.utf8), attributes: [.posixPermissions: 0o600])
    else { throw Failure("\(file.path) cannot be written", advice: "another TMPDIR") }
    defer { try? FileManager.default.removeItem(at: file) }
    try open(file)
    guard let data = FileManager.default.contents(atPath: file.path),
      let after = String(validating: data, as: UTF8.self)
    else { throw Failure("the edited text is not UTF-8", advice: "liaison edit again") }
    let (old, new) = (try fields(before), try fields(after))
    return new.filter { old[$0.key] != $0.value }.map {
      Assignment(name: $0.key, operation: .set, input: $0.value)
    }.sorted { $0.name < $1.name }
  }

  private static func text(of record: Record, _ code: (RecordID) -> String) -> String {
    var lines = [
      "# \(record.kind.name) \(record.code). Save to change it, leave unchanged to stop.",
      "code: \(record.code)",
    ]
    for field in record.kind.fields {
      switch (record.visible.state.fields[field.number]?.input(code: code), field.type) {
      case (nil, _): lines.append("\(field.name):")
      case (.many(let texts)?, _):
        lines.append("\(field.name):")
        lines += texts.map { "- \($0)" }
      case (.one(let text)?, .prose):
        lines.append("\(field.name):")
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
      case (.one(let text)?, _): lines.append("\(field.name): \(text)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func fields(_ text: String) throws -> [String: FieldInput] {
    var fields: [String: FieldInput] = [:]
    var name: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") { continue }
      if line.hasPrefix("- "), let name {
        fields[name] = .many(fields[name].members + [String(line.dropFirst(2))])
      } else if line.hasPrefix("  "), let name {
        let before = fields[name].members.first.map { $0 + "\n" } ?? ""
        fields[name] = .one(before + line.dropFirst(2))
      } else if let colon = line.firstIndex(of: ":") {
        name = String(line[..<colon])
        let rest = String(line[line.index(after: colon)...].drop { $0 == " " })
        fields[String(line[..<colon])] = .one(rest)
      } else if !line.allSatisfy(\.isWhitespace) {
        throw Failure(
          "the edited text has a line that is no field", advice: "field: value on each line")
      }
    }
    return fields
  }

  private static func open(_ file: URL) throws {
    let environment = ProcessInfo.processInfo.environment
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "\(editor) \"$1\"", "sh", file.path]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure("the editor '\(editor)' failed; nothing was changed", advice: "another EDITOR")
    }
  }
}

extension FieldInput? {
  fileprivate var members: [String] {
    switch self {
    case .many(let texts): texts
    case .one(let text): text.isEmpty ? [] : [text]
    case nil: []
    }
  }
}
