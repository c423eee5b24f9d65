import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization

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
    let matching = SequenceMatching(before, after)
    var changes: [LineChange] = []
    var next = 0
    for (index, line) in before.enumerated() {
      guard let place = matching[index] else {
        changes.append(.removed(line))
        continue
      }
      changes += after[next..<place].map { .added($0) }
      next = place + 1
    }
    return changes + after[next...].map { .added($0) }
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
