import ArgumentParser
import LiaisonTerminal
import LiaisonModel
import LiaisonReplica

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one record.",
    discussion: "Example: liaison show COMPACT")
  @Argument(help: "The record's code or id.") var code: String
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let replica = try await options.open()
    let records = try await replica.records(code)
    let code = try await replica.codes(
      of: records.reduce(into: []) { $0.formUnion($1.references) })
    if options.json {
      return try Output.json(records.map { RecordView($0, code) })
    }
    for record in records {
      Output.line(
        "\(Terminal.styled(record.code.text, .bold))  \(record.kind.name)  \(note(record))")
      RecordText.fields(record.visible.state, record.kind, code).forEach { Output.line($0) }
      let by = record.visible
      Output.line("written by \(Terminal.safe(by.author)), \(by.office), \(by.time)")
      if let conflict = try await replica.conflict(of: record) {
        Output.line(Terminal.styled("in conflict:", .red))
        RecordText.sides(conflict, code).forEach { Output.line($0) }
      }
    }
  }

  private func note(_ record: Record) -> String {
    record.isConflict
      ? Terminal.styled("! \(record.stateName)", .red)
      : record.reason.map { "\(record.stateName): \(Terminal.safe($0))" } ?? record.stateName
  }
}

/// Records and conflicts as lines of text.
enum RecordText {
  /// One line a field, in the order of the kind; a prose on lines of its own.
  static func fields(
    _ state: RecordState, _ kind: Kind, _ code: (RecordID) -> String
  ) -> [String] {
    let width = kind.fields.map { $0.label.count }.max() ?? 0
    return kind.fields.flatMap { field -> [String] in
      guard let value = state.fields[field.number] else { return [] }
      let label = field.label.padding(to: width)
      let lines = value.text(code: code).split(separator: "\n", omittingEmptySubsequences: false)
      return lines.enumerated().map { index, line in
        "  " + (index == 0 ? label : "".padding(to: width)) + "  " + Terminal.safe(String(line))
      }
    }
  }

  /// Base, ours and theirs of each part in disagreement, with who wrote them and when.
  static func sides(_ conflict: Conflict, _ code: (RecordID) -> String) -> [String] {
    let view = ConflictView(conflict, code)
    let problem = view.problem.map { ["  both sides together: \($0)"] } ?? []
    return problem
      + view.disagreements.flatMap { part -> [String] in
        let sides = [("base", part.base), ("ours", part.ours), ("theirs", part.theirs)]
        return ["  \(part.field)"] + sides.flatMap { RecordText.side($0, $1) }
      }
  }

  /// A value on one line with where it comes from, or below that on lines of its own.
  private static func side(_ name: String, _ side: SideView?) -> [String] {
    let name = "    " + name.padding(to: 6)
    guard let side else { return ["\(name)  –"] }
    let note = side.note.isEmpty ? "" : ": \(Terminal.safe(side.note))"
    let origin = Terminal.styled(
      "\(side.office), \(Terminal.safe(side.author)), \(side.time)\(note)", .dim)
    let lines = (side.value?.lines ?? ["(nothing)"]).map(Terminal.safe)
    guard lines.count > 1 else { return ["\(name)  \(lines[0])  \(origin)"] }
    return ["\(name)  \(origin)"] + lines.map { "            \($0)" }
  }
}

extension FieldView {
  /// The lines of a text, or the members of a set or list.
  var lines: [String] {
    if case .texts(let texts) = self { return texts }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .flag(let flag): flag ? "yes" : "no"
    case .texts(let texts): texts.joined(separator: ", ")
    }
  }
}

extension String {
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - Terminal.width(of: self)))
  }
}
