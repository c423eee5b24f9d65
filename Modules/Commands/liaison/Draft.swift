import Foundation
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica

/// A record as a text file for $EDITOR, and back.
///
/// `field: value` on a line; sets and lists have a line `- member` each. A prose has its lines below
/// its field, each after two blanks; a line without anything in it belongs to the prose around it.
/// Lines with `#` are comments. Ends of lines may be CR LF.
struct Draft {
  private let file: URL
  private let kind: Kind
  private let before: String

  var path: String { file.path }

  /// Writes the record into a file that only its owner may read.
  init(_ record: Record, in replica: Replica) async throws {
    kind = record.kind
    before = Draft.text(of: record, try await replica.codes(of: record.references))
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "liaison-\(UUID().uuidString)")
    file = folder.appending(path: "\(record.code).txt")
    do {
      try FileManager.default.createDirectory(
        at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      try Data(before.utf8).write(to: file, options: .withoutOverwriting)
    } catch {
      throw Failure("\(file.path) cannot be written", advice: "another TMPDIR")
    }
  }

  /// Opens the editor.
  /// - Returns: what a person changed.
  func edit() throws -> [Assignment] {
    try open()
    guard let data = FileManager.default.contents(atPath: file.path),
      let after = String(validating: data, as: UTF8.self)
    else { throw Failure("the edited text is not UTF-8", advice: "liaison edit again") }
    let (old, new) = (try fields(before), try fields(after))
    return new.filter { old[$0.key] != $0.value }.sorted { $0.key < $1.key }.flatMap {
      changes(of: $0.key, from: old[$0.key], to: $0.value)
    }
  }

  /// Of a set only what was added and taken out: what was left alone stays what it is.
  private func changes(
    of name: String, from old: FieldInput?, to new: FieldInput
  ) -> [Assignment] {
    switch kind.field(named: name)?.type {
    case .texts?, .references?:
      guard case .many(let after) = new else { break }
      let before = if case .many(let texts)? = old { texts } else { [String]() }
      let removed = before.filter { !after.contains($0) }
      let added = after.filter { !before.contains($0) }
      return [(Assignment.Operation.remove, removed), (.add, added)].filter { !$1.isEmpty }
        .map { Assignment(name: name, operation: $0, input: .many($1)) }
    default: break
    }
    return [Assignment(name: name, operation: .set, input: new)]
  }

  func remove() throws { try FileManager.default.removeItem(at: file.deletingLastPathComponent()) }

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

  private func fields(_ text: String) throws -> [String: FieldInput] {
    var fields: [String: FieldInput] = [:]
    var prose: (name: String, lines: [String])?
    var members: (name: String, texts: [String])?
    func close() {
      if let (name, lines) = prose {
        // Blank lines at the end only part it from what follows.
        let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
        fields[name] = .one(lines.prefix(end).joined(separator: "\n"))
      }
      if let (name, texts) = members { fields[name] = .many(texts) }
      (prose, members) = (nil, nil)
    }
    let lines = text.replacing("\r\n", with: "\n")
      .split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines where !line.hasPrefix("#") {
      if prose != nil, line.hasPrefix("  ") || line.allSatisfy(\.isWhitespace) {
        prose?.lines.append(String(line.dropFirst(2)))
      } else if members != nil, line.hasPrefix("- ") {
        members?.texts.append(String(line.dropFirst(2)))
      } else if let colon = line.firstIndex(of: ":"), !line.hasPrefix(" ") {
        close()
        let name = String(line[..<colon])
        let rest = String(line[line.index(after: colon)...].drop { $0 == " " })
        switch kind.field(named: name)?.type {
        case .prose?: prose = (name, rest.isEmpty ? [] : [rest])
        case .list?: members = (name, rest.isEmpty ? [] : [rest])
        case .texts?, .references?: members = (name, FieldInput.one(rest).members)
        default: fields[name] = .one(rest)
        }
      } else if !line.allSatisfy(\.isWhitespace) {
        throw Failure(
          "the edited text has a line that is no field", advice: "field: value on each line")
      }
    }
    close()
    return fields
  }

  private func open() throws {
    let environment = ProcessInfo.processInfo.environment
    let editor =
      [environment["VISUAL"], environment["EDITOR"]].lazy.compactMap { $0 }.first { !$0.isEmpty }
      ?? "vi"
    guard try Foreground.run(editor, file.path) == 0 else {
      throw Failure("the editor '\(editor)' failed; nothing was changed", advice: "another EDITOR")
    }
  }
}

/// An edit that failed after its text was written: the text is still there.
struct DraftKept: Error {
  let cause: any Error
  let path: String
}
