import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

/// A record as lines of text.
enum RecordText {
  static func lines(_ shown: ShowView) -> [String] {
    let record = shown.record
    let by = record.origin
    return [
      "\(Terminal.styled(record.code.text, .bold))  \(record.kind)  \(note(record))"
    ] + fields(shown) + [
      "written by \(Terminal.safe(by.author)), \(by.office), \(by.time)"
    ]
      + (shown.conflict.map {
        [Terminal.styled("in conflict:", .red)] + ConflictText.sides($0)
      } ?? [])
  }

  private static func note(_ record: RecordView) -> String {
    let place = record.place.rawValue
    if record.place.isConflict { return Terminal.styled("! \(place)", .red) }
    return record.reason.map { "\(place): \(Terminal.safe($0))" } ?? place
  }

  /// One line a field, in the order of the kind; a prose on lines of its own.
  private static func fields(_ shown: ShowView) -> [String] {
    let width = shown.labels.map(Terminal.width).max() ?? 0
    return shown.record.fields.flatMap { field -> [String] in
      guard let label = field.label else { return [] }
      let lines = field.value.text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.enumerated().map { index, line in
        "  " + (index == 0 ? label : "").padding(to: width) + "  " + Terminal.safe(String(line))
      }
    }
  }
}

/// A conflict as lines of text.
enum ConflictText {
  static func lines(_ conflict: ConflictView) -> [String] {
    ["\(Terminal.styled(conflict.code, .bold))  \(conflict.kind)"] + sides(conflict)
  }

  /// Base, ours and theirs of each part in disagreement, with who wrote them and when.
  static func sides(_ conflict: ConflictView) -> [String] {
    let problem = conflict.problem.map { ["  both sides together: \($0)"] } ?? []
    return problem
      + conflict.disagreements.flatMap { part -> [String] in
        ["  \(part.field)"] + side("base", part.base) + side("ours", part.ours)
          + side("theirs", part.theirs)
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

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - Terminal.width(of: self)))
  }
}
