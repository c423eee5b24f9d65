import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

extension Choice {
  /// Whose side stands: `SIDE` for all that remains, `FIELD=SIDE` for one field.
  /// - Throws: ``Failure`` for what is no side, or two of them for the same.
  init(taking words: [String]) throws(Failure) {
    self.init()
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let text = parts.last, let side = Side(rawValue: String(text)) else {
        throw Failure(
          "'\(parts.last ?? "")' is not a side",
          advice: "--take ours, theirs or base, or --take FIELD=SIDE", status: .usage)
      }
      let field = parts.count == 2 ? String(parts[0]) : nil
      guard (field.map { self.parts[$0] } ?? rest) == nil else {
        throw Failure(
          "two sides for \(field ?? "all that remains")", advice: "one --take for each",
          status: .usage)
      }
      if let field { self.parts[field] = side } else { rest = side }
    }
  }
}
