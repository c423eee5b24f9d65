import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import Synchronization

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the records of a kind.",
    discussion: """
      `!` marks a record in conflict or refused, `*` one with an edit that waits to be sent.

      Examples:
        liaison list body
        liaison list participation --where body=COMPACT --where role=member --sort since
      """)

  @Argument(help: "A kind: organization, body, engagement, …")
  var kind: String
  @Option(name: .customLong("where"), help: "Only records whose field has this value: field=value.")
  var filters: [String] = []
  @Option(help: "Sort by this field instead of the code.") var sort: String?
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let kind = try replica.kind(named: kind)
    var wanted: [Replica.Filter] = []
    for filter in filters { wanted.append(try await replica.filter(filter, of: kind)) }
    let sortField = try sort.flatMap { $0 == "code" ? nil : try replica.field(named: $0, of: kind) }
    let found = Mutex<[ListRow]>([])
    let filters = wanted
    let json = options.json
    try await replica.forEach(kind) { record, code in
      guard filters.allSatisfy({ $0.matches(record) }) else { return }
      let row = ListRow(record, sortedBy: sortField, asJSON: json, code)
      found.withLock { $0.append(row) }
    }
    var rows = found.withLock { $0 }
    if sortField != nil { rows.sort { $0.key < $1.key } }  // Stable: equal ones stay by code.
    if json { return try Output.json(rows.map(\.view)) }
    let columns = ListRow.columns(of: kind).indices.filter { column in
      rows.contains { !$0.cells[column].isEmpty }
    }.prefix(5)
    let names = ListRow.columns(of: kind).map { $0.name.uppercased() }
    Output.table(
      ["", "CODE"] + columns.map { names[$0] },
      rows.map { row in [row.mark, row.code] + columns.map { row.cells[$0] } })
  }
}

/// What is kept of a record to print it.
private struct ListRow {
  let mark: String
  let code: String
  /// A text for each of ``columns(of:)``; empty where the record has no value.
  let cells: [String]
  let key: SortKey
  let view: RecordView?

  init(
    _ record: Record, sortedBy field: FieldDefinition?, asJSON json: Bool, _ code: (RecordID) -> String
  ) {
    let fields = record.visible.state.fields
    mark = record.mark
    self.code = record.code.text
    key = SortKey(field.flatMap { fields[$0.number] }, code)
    view = json ? RecordView(record, code) : nil
    cells =
      json ? [] : ListRow.columns(of: record.kind).map { fields[$0.number]?.text(code: code) ?? "" }
  }

  /// The fields that have room in a column.
  static func columns(of kind: Kind) -> [FieldDefinition] {
    kind.fields.filter { field in
      switch field.type {
      case .prose, .references, .texts, .list: false
      default: true
      }
    }
  }
}

/// Numbers and dates by what they mean, all else by its text; what has no value comes last.
private enum SortKey: Comparable {
  case number(Int64)
  case date(PartialDate)
  case text(String)
  case nothing

  init(_ value: FieldValue?, _ code: (RecordID) -> String) {
    switch value {
    case .number(let number)?: self = .number(number)
    case .date(let date)?: self = .date(date)
    case let value?: self = .text(value.text(code: code))
    case nil: self = .nothing
    }
  }
}
