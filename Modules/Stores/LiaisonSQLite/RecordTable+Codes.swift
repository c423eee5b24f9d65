internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

// Codes by their beginnings: a few steps in the index of each kind, however many records there are.
extension RecordTable {
  func codes(beginning text: String, limit: Int) throws -> [RecordCode] {
    // Behind every character of a code.
    let end = text + "~"
    var codes = Set(try edited(from: text, to: end))
    for kind in try kinds() {
      codes.formUnion(try live(kind, from: text, to: end, "ORDER BY code LIMIT \(limit)"))
      codes.formUnion(try live(kind, from: text, to: end, "ORDER BY code DESC LIMIT 1"))
    }
    let all = codes.sorted()
    guard all.count > limit, let last = all.last else { return all }
    return all.prefix(max(limit - 1, 0)) + [last]
  }

  private func kinds() throws -> [Int64] {
    try PreparedStatement(db, "SELECT number FROM kind").all { try $0.value(0) }
  }

  /// Those that the register has.
  private func live(
    _ kind: Int64, from text: String, to end: String, _ part: String
  ) throws -> [RecordCode] {
    try PreparedStatement(
      db,
      """
      SELECT code FROM record
      WHERE kind = ? AND code >= ? AND code < ? AND NOT is_deleted AND revision IS NOT NULL 
      """ + part
    ).bound(kind, text, end).all { try $0.code(0) }
  }

  /// The codes that edits give, which their records may not have yet.
  private func edited(from text: String, to end: String) throws -> [RecordCode] {
    try PreparedStatement(
      db,
      """
      SELECT coalesce(next_code, code) AS given FROM outbox
      WHERE given >= ? AND given < ? AND NOT coalesce(next_is_deletion, is_deletion)
      """
    ).bound(text, end).all { try $0.code(0) }
  }
}
