internal import LiaisonModel
internal import LiaisonSync

/// How references are written: by codes.
struct Codes {
  let known: [RecordID: RevisionSummary]
  /// Whether references are written by ids: a code may be another record's one day.
  var isExact = false

  /// What stands behind the code of a record that is deleted: another may have the code now.
  static let deleted = "(deleted)"

  /// The record's code, marked if it is deleted, or `(withheld)` if this office has no such record.
  func text(of record: RecordID) -> String {
    if isExact { return record.description }
    guard let summary = known[record] else { return "(withheld)" }
    return summary.isDeleted ? "\(summary.code) \(Codes.deleted)" : summary.code.text
  }

  /// Whether it is known to be deleted.
  func isDeleted(_ record: RecordID) -> Bool { known[record]?.isDeleted ?? false }

  /// The code of a deleted record, as ``text(of:)`` writes it; nil for any other text.
  static func deletedCode(_ text: String) -> RecordCode? {
    guard text.hasSuffix(deleted) else { return nil }
    let code = text.dropLast(deleted.count)
    return RecordCode(typed: String(code.prefix(code.count - (code.hasSuffix(" ") ? 1 : 0))))
  }
}
