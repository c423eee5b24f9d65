internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// The last number of each series that was given here in a year.
struct NumberingTable {
  static let layout = """
    CREATE TABLE numbering (
      series TEXT NOT NULL,
      year INTEGER NOT NULL,
      last INTEGER NOT NULL CHECK (last > 0),
      PRIMARY KEY (series, year)
    ) STRICT;
    """

  let db: Database

  func highest(of series: NumberSeries, in year: Int) throws -> Int {
    let given: Int? = try PreparedStatement(
      db, "SELECT last FROM numbering WHERE series = ? AND year = ?"
    ).bound(series.description, year).first { try $0.value(0) }
    return try max(given ?? 0, seen(of: series, in: year))
  }

  /// The highest number in the codes here.
  private func seen(of series: NumberSeries, in year: Int) throws -> Int {
    // Digits sort before letters: the range has every code that goes on with a digit.
    let codes: [RecordCode] = try PreparedStatement(
      db,
      """
      SELECT code FROM record
      WHERE kind IN (SELECT number FROM kind) AND code >= ?1 AND code < ?1 || 'A'
      UNION SELECT code FROM outbox WHERE code >= ?1 AND code < ?1 || 'A'
      UNION SELECT next_code FROM outbox WHERE next_code >= ?1 AND next_code < ?1 || 'A'
      """
    ).bound(series.prefix(of: year)).all { try $0.code(0) }
    return codes.compactMap { $0.number(of: series, in: year) }.max() ?? 0
  }

  func give(_ number: Int, of series: NumberSeries, in year: Int) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO numbering (series, year, last) VALUES (?, ?, ?)
      ON CONFLICT (series, year) DO UPDATE SET last = max(last, excluded.last)
      """
    ).bound(series.description, year, number).run()
  }
}
