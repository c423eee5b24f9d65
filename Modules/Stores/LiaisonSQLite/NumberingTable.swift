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
    let given = try Int.fetchOne(
      db, sql: "SELECT last FROM numbering WHERE office = ? AND year = ?",
      arguments: [office.text, year])
    return try max(given ?? 0, seen(of: office, in: year))
  }

  /// The highest number in the codes here.
  private func seen(of office: OfficeID, in year: Int) throws -> Int {
    // Digits sort before letters: the range has every code that goes on with a digit.
    let codes = try String.fetchAll(
      db,
      sql: """
        SELECT code FROM record
        WHERE kind IN (SELECT number FROM kind) AND code >= ?1 AND code < ?1 || 'A'
        UNION SELECT code FROM outbox WHERE code >= ?1 AND code < ?1 || 'A'
        UNION SELECT next_code FROM outbox WHERE next_code >= ?1 AND next_code < ?1 || 'A'
        """, arguments: [RecordCode.numberedPrefix(office: office, year: year)])
    return codes.compactMap { RecordCode($0)?.number(of: office, in: year) }.max() ?? 0
  }

  func give(_ number: Int, of office: OfficeID, in year: Int) throws {
    try db.execute(
      sql: """
        INSERT INTO numbering (office, year, last) VALUES (?, ?, ?)
        ON CONFLICT (office, year) DO UPDATE SET last = max(last, excluded.last)
        """, arguments: [office.text, year, number])
  }
}
