import LiaisonReplica
import LiaisonTerminal

/// What has changed, as lines of text.
enum DiffText {
  static func lines(_ items: [DiffItem], indent: String = "") -> [String] {
    items.flatMap { item in
      [indent + (indent.isEmpty ? "\(item.code) \(item.field)" : item.field)]
        + LineChange.all(from: item.register?.lines ?? [], to: item.here?.lines ?? []).map {
          switch $0 {
          case .removed(let line): indent + Terminal.styled("- \(Terminal.safe(line))", .red)
          case .added(let line): indent + Terminal.styled("+ \(Terminal.safe(line))", .green)
          }
        }
    }
  }
}
