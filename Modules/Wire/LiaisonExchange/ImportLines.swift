internal import LiaisonModel
internal import LiaisonSync

/// The lines that an import commits at a time: as many as a batch may have, bounded in their number,
/// their bytes and their references.
struct ImportLines {
  let lines: [ImportLine]
  /// The codes that their references name.
  let references: Set<RecordCode>
  /// The records that they name by their ids.
  let records: Set<RecordID>
  /// About how many lines follow; nil if that is not known.
  let remaining: Int?

  /// - Returns: nil if no line is left.
  /// - Throws: ``ImportError`` for a line that cannot be read.
  init?(next reader: inout LineReader, _ schema: Schema) throws {
    var lines: [ImportLine] = []
    var size = 0
    var members = 0
    while lines.count < Tuning.importLines, size < SyncLimits.messageBytes,
      // The line that goes past this is in the batch: half is left for it.
      members < SyncLimits.batchReferences / 2, let (number, text) = try reader.next()
    {
      guard !text.isEmpty else { continue }
      let line = try ImportLine(text, line: number, schema)
      size += text.count
      members += line.mostReferences
      lines.append(line)
    }
    guard !lines.isEmpty else { return nil }
    self.lines = lines
    let named = lines.flatMap(\.references)
    records = Set(named.compactMap { RecordID(text: $0) })
    references = Set(named.compactMap { RecordCode(typed: $0) })
    remaining = reader.remaining
  }
}

extension ImportLine {
  /// What the line's references name, by code or id.
  fileprivate var references: [String] {
    fields.flatMap { place, value -> [String] in
      let type = kind.fields[place].type
      guard type.scalar.target != nil, let input = try? value.input(for: type) else { return [] }
      return input.members.map(TextRules.normalized)
    }
  }

  fileprivate var mostReferences: Int {
    fields.reduce(0) { sum, field in
      kind.fields[field.place].target == nil ? sum : sum + field.value.mostMembers
    }
  }
}
