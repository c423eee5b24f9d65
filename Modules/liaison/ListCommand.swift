import ArgumentParser
import LiaisonCommand
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
    let filters = try filters.map { text -> (Field, String) in
      let assignment = try Assignment(text)
      guard assignment.operation == .set, case .one(let value) = assignment.input else {
        throw Failure("'\(text)' is not a filter", advice: "--where field=value", status: .usage)
      }
      return (try replica.field(named: assignment.name, of: kind), TextRules.normalized(value))
    }
    let sortField = try sort.map { try replica.field(named: $0, of: kind) }
    let found = Mutex<[Record]>([])
    try await replica.forEach(kind) { record in found.withLock { $0.append(record) } }
    let all = found.withLock { $0 }
    let code = try await replica.codes(
      of: all.reduce(into: []) { $0.formUnion($1.visible.state.references) })
    var records = all.filter { record in
      filters.allSatisfy { field, value in
        switch record.visible.state.fields[field.number]?.input(code: code) {
        case .one(let text)?: text == value
        case .many(let texts)?: texts.contains(value)
        case nil: value.isEmpty
        }
      }
    }
    if let sortField {
      records = records.enumerated().sorted { one, other in
        let order = compare(
          one.element.visible.state.fields[sortField.number],
          other.element.visible.state.fields[sortField.number], code)
        return order == 0 ? one.offset < other.offset : order < 0
      }.map(\.element)
    }
    if options.json { return try Output.json(records.map { RecordView($0, code) }) }
    let shown = kind.fields.filter { field in
      switch field.type {
      case .prose, .references, .texts, .list: false
      default: records.contains { $0.visible.state.fields[field.number] != nil }
      }
    }.prefix(5)
    Output.table(
      ["", "CODE"] + shown.map { $0.name.uppercased() },
      records.map { record in
        [record.mark, record.code.text]
          + shown.map { record.visible.state.fields[$0.number]?.text(code: code) ?? "" }
      })
  }

  /// Below zero where `one` comes first; what has no value comes last.
  private func compare(
    _ one: FieldValue?, _ other: FieldValue?, _ code: (RecordID) -> String
  ) -> Int {
    switch (one, other) {
    case (nil, nil): return 0
    case (nil, _): return 1
    case (_, nil): return -1
    case (.number(let one)?, .number(let other)?): return one < other ? -1 : one > other ? 1 : 0
    case (.date(let one)?, .date(let other)?): return one < other ? -1 : one > other ? 1 : 0
    case (let one?, let other?):
      let texts = (one.text(code: code), other.text(code: code))
      return texts.0 < texts.1 ? -1 : texts.0 > texts.1 ? 1 : 0
    }
  }
}
