internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The last number that an office has given here in a year.
struct NumberingTable {
  static let layout = """
    CREATE TABLE numbering (
      office TEXT NOT NULL,
      year INTEGER NOT NULL,
      last INTEGER NOT NULL CHECK (last > 0),
      PRIMARY KEY (office, year)
    ) STRICT;
    """

  let db: Database

  func highest(of office: OfficeID, in year: Int) throws -> Int {
    let given: Int? = try PreparedStatement(
      db, "SELECT last FROM numbering WHERE office = ? AND year = ?"
    ).bound(office.text, year).first { try $0.value(0) }
    return try max(given ?? 0, seen(of: office, in: year))
  }

  /// The highest number in the codes here.
  private func seen(of office: OfficeID, in year: Int) throws -> Int {
    // Digits sort before letters: the range has every code that goes on with a digit.
    let codes: [RecordCode] = try PreparedStatement(
      db,
      """
      SELECT code FROM record
      WHERE kind IN (SELECT number FROM kind) AND code >= ?1 AND code < ?1 || 'A'
      UNION SELECT code FROM outbox WHERE code >= ?1 AND code < ?1 || 'A'
      UNION SELECT next_code FROM outbox WHERE next_code >= ?1 AND next_code < ?1 || 'A'
      """
    ).bound(RecordCode.numberedPrefix(office: office, year: year)).all { try $0.code(0) }
    return codes.compactMap { $0.number(of: office, in: year) }.max() ?? 0
  }

  func give(_ number: Int, of office: OfficeID, in year: Int) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO numbering (office, year, last) VALUES (?, ?, ?)
      ON CONFLICT (office, year) DO UPDATE SET last = max(last, excluded.last)
      """
    ).bound(office.text, year, number).run()
  }
}
