internal import CTerminal
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// What commands print: tables for people, JSON for programs.
public enum Output {
  public static func line(_ text: String = "") { print(text) }

  /// A text that has its line feeds.
  public static func text(_ text: String) { print(text, terminator: "") }

  /// One JSON document. It is a contract: keys are added, never changed.
  public static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// One JSON object on one line.
  public static func jsonLine(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// A table that fits the terminal: if it is too wide, its widest columns give way, and then
  /// its last ones. The first two, a mark and a code, or a name and what it leads to, stay whole.
  public static func table(_ header: [String], _ rows: [[String]]) {
    guard !rows.isEmpty else { return }
    // A column without a single value, past the first two, says nothing.
    let kept = header.indices.filter { column in
      column < 2 || rows.contains { !$0[column].isEmpty }
    }
    let all = ([header] + rows.map { $0.map(Terminal.safe) }).map { row in kept.map { row[$0] } }
    let natural = kept.indices.map { column in
      all.map { Terminal.width(of: $0[column]) }.max() ?? 0
    }
    let widths = Terminal.columns.map { fitted(natural, to: $0) } ?? natural
    for (index, row) in all.enumerated() {
      var line = ""
      for (column, width) in widths.enumerated() {
        let text = Terminal.fitted(row[column], to: width)
        line += text + String(repeating: " ", count: max(0, width - Terminal.width(of: text)) + 2)
      }
      while line.last == " " { line.removeLast() }
      print(index == 0 ? Terminal.styled(line, .bold) : line)
    }
  }

  /// Widths for as many of the columns as there is room for, with two blanks between them.
  private static func fitted(_ natural: [Int], to limit: Int) -> [Int] {
    let (whole, least) = (2, 12)
    var count = natural.count
    func total(_ widths: some Collection<Int>) -> Int {
      widths.reduce(0, +) + 2 * (widths.count - 1)
    }
    let floors = natural.enumerated().map { $0 < whole ? $1 : min($1, least) }
    while count > whole + 1, total(floors.prefix(count)) > limit { count -= 1 }
    var widths = Array(natural.prefix(count))
    while total(widths) > limit,
      let widest = widths.indices.dropFirst(whole).max(by: { widths[$0] < widths[$1] }),
      widths[widest] > 1
    {
      widths[widest] -= 1
    }
    return widths
  }
}

extension Output {
  /// A line that another process waits for: written at once, also into a pipe.
  public static func ready(_ text: String) {
    print(text)
    flush()
  }

  /// Writes what was printed at once. What fails here fails again at the end, where it is said.
  public static func flush() { _ = liaison_flush_output() }

  /// Writes to standard error, as it is.
  public static func error(_ text: String) { _ = write(STDERR_FILENO, text, text.utf8.count) }

  /// Whether all that was printed has left the process: not so on a full disk.
  static func isWritten() -> Bool { liaison_flush_output() == 0 }
}
