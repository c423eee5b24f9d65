import ArgumentParser
import LiaisonCommand
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Shows the revisions of a record that this replica has seen.",
    discussion: """
      A pull brings the latest revision only; earlier ones stay once they were here.

      Example: liaison log COMPACT
      """)
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  private struct Item: Encodable {
    let revision: String
    let parents: [String]
    let office: String
    let author: String
    let time: String
    let note: String
    let state: String
  }

  func run() async throws {
    let replica = try await options.open()
    let record = try await replica.record(code)
    let history = try await replica.history(of: record)
    let waiting = history.count - (record.stored.head == nil ? 0 : 1)
    let pending = record.pending.map { $0.amendment == nil ? 1 : 2 } ?? 0
    let items = history.enumerated().map { index, entry in
      Item(
        revision: entry.0.id.description,
        parents: [entry.1.parent, entry.1.secondParent].compactMap { $0?.description },
        office: entry.1.office.text, author: entry.1.author, time: entry.1.time.description,
        note: entry.1.note,
        state: index < min(pending, waiting + 1)
          ? record.stateName : entry.1.state.isDeleted ? "deleted" : "accepted")
    }
    if options.json { return try Output.json(items) }
    Output.table(
      ["REVISION", "TIME", "OFFICE", "AUTHOR", "STATE", "NOTE", "PARENTS"],
      items.map { item in
        [
          String(item.revision.prefix(10)), item.time, item.office, item.author, item.state,
          item.note, item.parents.map { String($0.prefix(10)) }.joined(separator: " "),
        ]
      })
  }
}

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Shows what was edited here and is not accepted yet.",
    discussion: "Examples: liaison diff; liaison diff COMPACT")
  @Argument(help: "One record's code or id; otherwise all.") var code: String?
  @OptionGroup var options: ReplicaOptions

  fileprivate struct Item: Encodable {
    let code: String
    let field: String
    let register: FieldView?
    let here: FieldView?
  }

  func run() async throws {
    let replica = try await options.open()
    let chosen = try await code.asyncMap { try await replica.record($0).id }
    let found = Mutex<[Item]>([])
    try await replica.forEachPending { record, code in
      guard chosen == nil || record.id == chosen else { return }
      let changes = Self.changes(of: record, code)
      found.withLock { $0 += changes }
    }
    let items = found.withLock { $0 }
    if options.json { return try Output.json(items) }
    for item in items {
      Output.line("\(item.code) \(item.field)")
      for change in LineChange.all(from: item.register?.lines ?? [], to: item.here?.lines ?? []) {
        switch change {
        case .removed(let line): Output.line(Terminal.styled("- \(Terminal.safe(line))", .red))
        case .added(let line): Output.line(Terminal.styled("+ \(Terminal.safe(line))", .green))
        }
      }
    }
  }
}

extension DiffCommand {
  /// What this office changed: against what it was changed from, wherever the register is by now.
  fileprivate static func changes(
    of record: Record, _ code: (RecordID) -> String
  ) -> [DiffCommand.Item] {
    func item(_ field: String, _ before: FieldView?, _ after: FieldView?) -> Item {
      Item(code: record.code.text, field: field, register: before, here: after)
    }
    let (before, after) = (record.base?.state, record.visible.state)
    var items: [Item] = []
    if let before, before.code != after.code {
      items.append(item("code", .text(before.code.text), .text(after.code.text)))
    }
    if after.isDeleted {
      items.append(item("the whole record", .text("kept"), .text("deleted")))
      return items
    }
    return items
      + record.kind.fields.compactMap { field in
        let values = (before?.fields[field.number], after.fields[field.number])
        guard values.0 != values.1 else { return nil }
        return item(
          field.name, values.0.map { FieldView($0, code) }, values.1.map { FieldView($0, code) })
      }
  }
}

/// A line of a prose, or a member of a set or list, that one of two values has.
private enum LineChange {
  case removed(String)
  case added(String)

  /// What leads from one value to the other, in the order of their lines.
  static func all(from before: [String], to after: [String]) -> [LineChange] {
    let script = after.difference(from: before)
    let removed = Set(script.removals.map(\.offset))
    let added = Set(script.insertions.map(\.offset))
    var changes: [LineChange] = []
    var (old, new) = (0, 0)
    while old < before.count || new < after.count {
      if removed.contains(old) {
        changes.append(.removed(before[old]))
        old += 1
      } else if added.contains(new) {
        changes.append(.added(after[new]))
        new += 1
      } else {
        (old, new) = (old + 1, new + 1)
      }
    }
    return changes
  }
}

extension CollectionDifference.Change {
  fileprivate var offset: Int {
    switch self {
    case .insert(let offset, _, _), .remove(let offset, _, _): offset
    }
  }
}

extension Optional where Wrapped: Sendable {
  fileprivate func asyncMap<Result>(
    _ transform: (Wrapped) async throws -> Result
  ) async throws -> Result? {
    guard let self else { return nil }
    return try await transform(self)
  }
}

struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Finds records by the words of their texts.",
    discussion: "Example: liaison search trafficking persons")
  @Argument(help: "Words; each must occur, or begin one that does.") var text: [String]
  @Option(help: "At most so many.") var limit = 50
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    guard (1...10_000).contains(limit) else {
      throw Failure("--limit \(limit) is out of range", advice: "--limit 50", status: .usage)
    }
    let replica = try await options.open()
    let progress = ProgressLine("indexing")
    let records = try await replica.search(text.joined(separator: " "), limit: limit) {
      progress.update($0, remaining: nil)
    }
    progress.end()
    let code = try await replica.codes(
      of: records.reduce(into: []) { $0.formUnion($1.visible.state.references) })
    if options.json { return try Output.json(records.map { RecordView($0, code) }) }
    Output.table(
      ["", "CODE", "KIND", "TITLE"],
      records.map { [$0.mark, $0.code.text, $0.kind.name, $0.title] })
  }
}
