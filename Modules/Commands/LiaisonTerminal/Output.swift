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
  public static func json(_ value: some Encodable) throws { print(try jsonText(of: value)) }

  package static func jsonText(of value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// One JSON object on one line.
  public static func jsonLine(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// A ``Table`` whose rows are all here.
  public static func table(_ header: [String], _ rows: [[String]]) {
    var table = Table(header)
    for row in rows { table.add(row) }
    table.print()
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
