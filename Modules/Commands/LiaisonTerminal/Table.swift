/// A table for people that fits the terminal: if it is too wide, its widest columns give way, and then its
/// last ones. The first two, a mark and a code, or a name and what it leads to, stay whole.
///
/// How wide a column is, is known with its last row: until then the table holds what it will print of each
/// row, as bytes.
public struct Table: Sendable {
  private let header: [String]
  /// The widest cell of each column.
  private var widest: [Int]
  /// The cells, row by row, each with a NUL behind it: no cell has one. In pieces, since one that grows is
  /// copied into another of twice its size.
  private var pieces: [[UInt8]] = []
  /// The last piece.
  private var cells: [UInt8] = []

  public init(_ header: [String]) {
    self.header = header
    widest = header.map { _ in 0 }
  }

  /// - Parameter row: a cell for each column.
  public mutating func add(_ row: [String]) {
    for (column, cell) in row.enumerated() {
      let cell = Terminal.safe(cell)
      widest[column] = max(widest[column], Terminal.width(of: cell))
      cells.append(contentsOf: cell.utf8)
      cells.append(0)
    }
    guard cells.count > Table.pieceBytes else { return }
    pieces.append(cells)
    cells = []
    cells.reserveCapacity(Table.pieceBytes + Table.pieceBytes / 8)
  }

  private static let pieceBytes = 256 * 1024

  /// Prints the columns that hold anything; nothing if there is no row.
  /// - Parameter most: how many of them past the first two.
  public func print(most: Int = .max) {
    let pieces = pieces + [cells]
    guard pieces != [[]] else { return }
    let kept = header.indices.filter { $0 < 2 || widest[$0] > 0 }.prefix(
      most < .max ? 2 + most : .max)
    let natural = kept.map { max(widest[$0], Terminal.width(of: header[$0])) }
    let columns = Array(
      zip(kept, Terminal.columns.map { Table.fitted(natural, to: $0) } ?? natural))
    var line: [UInt8] = []
    for (column, width) in columns {
      Table.append(Array(header[column].utf8)[...], width, to: &line)
    }
    Table.end(&line)
    Output.line(Terminal.styled(String(decoding: line, as: UTF8.self), .bold))
    var lines: [UInt8] = []
    for piece in pieces {
      var rest = piece[...]
      while !rest.isEmpty {
        let row = header.map { _ in
          defer { rest = rest.dropFirst() }
          let cell = rest.prefix { $0 != 0 }
          rest = rest[cell.endIndex...]
          return cell
        }
        for (column, width) in columns { Table.append(row[column], width, to: &lines) }
        Table.end(&lines)
        lines.append(0x0A)
        guard lines.count > Table.printedAtOnce else { continue }
        Output.text(String(decoding: lines, as: UTF8.self))
        lines.removeAll(keepingCapacity: true)
      }
    }
    Output.text(String(decoding: lines, as: UTF8.self))
  }

  /// Bytes that are given to the system's output at a time.
  private static let printedAtOnce = 64 * 1024

  /// Adds a cell to a line, cut or filled up to its column's width and the room between two.
  private static func append(_ cell: ArraySlice<UInt8>, _ width: Int, to line: inout [UInt8]) {
    var used = cell.count
    if used <= width, Terminal.isPlain(cell) {
      line += cell
    } else {
      let text = Terminal.fitted(String(decoding: cell, as: UTF8.self), to: width)
      used = Terminal.width(of: text)
      line += text.utf8
    }
    line += repeatElement(0x20, count: max(0, width - used) + 2)
  }

  private static func end(_ line: inout [UInt8]) {
    while line.last == 0x20 { line.removeLast() }
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
