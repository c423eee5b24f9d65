internal import CTerminal
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// What commands print: tables for people, JSON for programs.
public enum Output {
  public static func line(_ text: String = "") { print(text) }

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

  /// A table that fits the terminal: where it is too wide, its widest columns give way.
  public static func table(_ header: [String], _ rows: [[String]]) {
    guard !rows.isEmpty else { return }
    let all = [header] + rows.map { $0.map(Terminal.safe) }
    var widths = header.indices.map { column in
      all.map { Terminal.width(of: $0[column]) }.max() ?? 0
    }
    if let columns = Terminal.columns {
      while widths.reduce(0, +) + 2 * (widths.count - 1) > columns,
        let widest = widths.indices.max(by: { widths[$0] < widths[$1] }), widths[widest] > 8
      {
        widths[widest] -= 1
      }
    }
    for (index, row) in all.enumerated() {
      var line = ""
      for (column, cell) in row.enumerated() {
        let text = Terminal.columns == nil ? cell : Terminal.fitted(cell, to: widths[column])
        let isLast = column == row.count - 1
        let pad = isLast ? 0 : max(0, widths[column] - Terminal.width(of: text)) + 2
        line += text + String(repeating: " ", count: pad)
      }
      print(index == 0 ? Terminal.styled(line, .bold) : line)
    }
  }
}

extension Output {
  /// A line that another process waits for: written at once, also into a pipe.
  public static func ready(_ text: String) {
    print(text)
    _ = liaison_flush_output()  // What fails here fails again at the end, where it is said.
  }

  /// Writes to standard error, as it is.
  static func error(_ text: String) { _ = write(STDERR_FILENO, text, text.utf8.count) }

  /// Whether all that was printed has left the process: not so on a full disk.
  static func isWritten() -> Bool { liaison_flush_output() == 0 }
}
