internal import LiaisonModel

/// How references are written: by codes.
struct Codes {
  let known: [RecordID: RecordCode]

  /// The record's code, or `(withheld)` if this office has no such record.
  func text(of record: RecordID) -> String { known[record]?.text ?? "(withheld)" }
}
