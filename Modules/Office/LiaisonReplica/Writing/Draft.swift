internal import LiaisonModel

/// A record as a text that a person edits, and back. Pure.
///
/// `field: value` on a line; sets and lists have a line `- member` each. A prose has its lines below
/// its field, each after two blanks; a line without anything in it belongs to the prose around it.
/// Lines with `#` are comments. A line ends as Unicode says that it may, and a byte order mark may stand in
/// front.
public struct Draft: Sendable {
  public let text: String
  /// The record that was read.
  public let record: RecordView
  /// What it held then.
  let state: RecordState
  private let kind: Kind

  init(_ record: Record, _ codes: Codes) {
    self.record = RecordView(record, codes)
    state = record.visible.state
    kind = record.kind
    text = Draft.text(of: state, kind, codes, help: "Save to change it, leave unchanged to stop.")
  }

  /// What both sides could be merged to, with all sides of what is left.
  init(_ conflict: Conflict, _ marks: ConflictMarks, _ codes: Codes) {
    record = RecordView(conflict.record, codes)
    state = conflict.merged
    kind = conflict.record.kind
    text = Draft.text(
      of: state, kind, codes, marks,
      help: "Put one text in place of each that stands between <<<<<<< and >>>>>>>.")
  }

  private static func text(
    of state: RecordState, _ kind: Kind, _ codes: Codes, _ marks: ConflictMarks? = nil,
    help: String
  ) -> String {
    var lines = [
      "# \(kind.name) \(state.code). \(help)",
      "code: \(marks?.code ?? state.code.text)",
    ]
    for field in kind.current {
      guard field.isEditable(holding: state.fields[field.number]) else {
        lines.append("# \(field.name): \(Scalar.opaqueText)")
        continue
      }
      let input =
        marks?.fields[field.number]
        ?? state.fields[field.number]?.input { codes.text(of: $0) }
      switch (input, field.type) {
      case (nil, _): lines.append("\(field.name):")
      case (.many(let texts)?, _):
        lines.append("\(field.name):")
        lines += texts.map { "- \($0)" }
      case (.one(let text)?, .one(.prose)):
        lines.append("\(field.name):")
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
      case (.one(let text)?, .one), (.one(let text)?, .set), (.one(let text)?, .list):
        lines.append("\(field.name): \(text)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a person changed, in the order of the fields' names.
  /// - Throws: ``ReplicaError/malformedDraft`` if a line of the text is no field,
  ///   ``ReplicaError/assignedTwice(_:)`` if a field stands there twice.
  public func assignments(from edited: String) throws(ReplicaError) -> [Assignment] {
    let old = try DraftText(text, of: kind).fields
    let new = try DraftText(edited, of: kind).fields
    return new.filter { old[$0.key] != $0.value }.sorted { $0.key < $1.key }.flatMap {
      changes(of: $0.key, from: old[$0.key], to: $0.value)
    }
  }

  /// Of a set only what was added and taken out: what was left alone stays what it is.
  private func changes(
    of name: String, from old: FieldInput?, to new: FieldInput
  ) -> [Assignment] {
    guard case .set? = kind.field(named: name)?.type, case .many(let after) = new else {
      return [Assignment(name: name, operation: .set, input: new)]
    }
    let before = old?.members ?? []
    let removed = before.filter { !after.contains($0) }
    let added = after.filter { !before.contains($0) }
    return [
      Assignment(name: name, operation: .remove, input: .many(removed)),
      Assignment(name: name, operation: .add, input: .many(added)),
    ].filter { !$0.input.members.isEmpty }
  }
}

/// The fields that a draft's text has, read line by line.
private struct DraftText {
  private enum Open {
    case nothing
    case prose(String)
    case members(String)
  }

  private(set) var fields: [String: FieldInput] = [:]
  private var open = Open.nothing
  /// What the open field has so far.
  private var lines: [String] = []
  private let kind: Kind

  init(_ text: String, of kind: Kind) throws(ReplicaError) {
    self.kind = kind
    for line in text.trimmingPrefix("\u{FEFF}").split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    where !line.hasPrefix("#") {
      try read(line)
    }
    close()
  }

  private mutating func read(_ line: Substring) throws(ReplicaError) {
    let isBlank = line.allSatisfy(\.isWhitespace)
    switch open {
    case .prose where isBlank || line.hasPrefix("  "): lines.append(String(line.dropFirst(2)))
    case .members where line.hasPrefix("- "): lines.append(String(line.dropFirst(2)))
    case .prose, .members, .nothing:
      if isBlank { return }
      guard let colon = line.firstIndex(of: ":"), !line.hasPrefix(" ") else {
        throw .malformedDraft
      }
      close()
      try begin(
        String(line[..<colon]), String(line[line.index(after: colon)...].drop { $0 == " " }))
    }
  }

  private mutating func begin(_ name: String, _ rest: String) throws(ReplicaError) {
    guard fields[name] == nil else { throw .assignedTwice(name) }
    switch kind.field(named: name)?.type {
    case .one(.prose)?: (open, lines) = (.prose(name), rest.isEmpty ? [] : [rest])
    case .list?: (open, lines) = (.members(name), rest.isEmpty ? [] : [rest])
    case .set?: (open, lines) = (.members(name), FieldInput.one(rest).members)
    case .one?, nil: fields[name] = .one(rest)
    }
  }

  private mutating func close() {
    switch open {
    case .nothing: break
    case .prose(let name):
      // Blank lines at the end only part it from what follows.
      let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
      fields[name] = .one(lines.prefix(end).joined(separator: "\n"))
    case .members(let name): fields[name] = .many(lines)
    }
    open = .nothing
  }
}
