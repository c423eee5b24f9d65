internal import LiaisonModel
internal import LiaisonSync

/// The lines that an import commits at a time: as many as a batch may have, bounded in their number,
/// their bytes and their references.
struct ImportLines {
  let lines: [ImportLine]

  /// - Returns: nil if no line is left.
  /// - Throws: ``ImportError`` for a line that cannot be read.
  init?(next reader: inout LineReader) throws {
    var lines: [ImportLine] = []
    var size = 0
    var members = 0
    while lines.count < Tuning.importLines, size < SyncLimits.messageBytes,
      // The line that goes past this is in the batch: half is left for it.
      members < SyncLimits.batchReferences / 2, let (number, text) = try reader.next()
    {
      guard !text.isEmpty else { continue }
      let line = try ImportLine(text, line: number)
      size += text.count
      members += line.fields.reduce(0) { $0 + $1.value.mostMembers }
      lines.append(line)
    }
    guard !lines.isEmpty else { return nil }
    self.lines = lines
  }
}

extension ImportLine {
  /// The codes that the line's references name.
  func references(_ schema: Schema) -> [RecordCode] {
    guard let kind = schema.kind(named: kind) else { return [] }
    return fields.flatMap { name, value -> [RecordCode] in
      guard let field = kind.field(named: name), field.target != nil,
        let input = try? value.input(for: field.type)
      else { return [] }
      return input.members.compactMap { RecordCode(typed: TextRules.normalized($0)) }
    }
  }
}
