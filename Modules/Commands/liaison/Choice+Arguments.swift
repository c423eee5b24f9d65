import LiaisonReplica
import LiaisonTerminal

extension Choice {
  /// Whose side stands, by the order in which a person wrote `--field` and `--take`.
  /// - Throws: ``Failure`` if one of them is without the other.
  init(sidesIn arguments: [String], of code: String) throws(Failure) {
    self.init()
    let advice = "liaison resolve \(code) --field NAME --take theirs"
    var open: [String] = []
    var rest = arguments.flatMap(Choice.parted)[...]
    while let word = rest.popFirst() {
      if word == "--field", let name = rest.popFirst() { open.append(name) }
      guard word == "--take", let text = rest.popFirst() else { continue }
      guard let side = Side(rawValue: text) else {
        throw Failure(
          "'\(text)' is not a side", advice: "--take ours, theirs or base", status: .usage)
      }
      if open.isEmpty {
        guard self.rest == nil else {
          throw Failure("two --take without a --field", advice: advice, status: .usage)
        }
        self.rest = side
      }
      for name in open { parts[name] = side }
      open = []
    }
    guard open.isEmpty else {
      throw Failure("--field \(open[0]) has no --take after it", advice: advice, status: .usage)
    }
  }

  /// `--take=ours` as two words.
  private static func parted(_ argument: String) -> [String] {
    guard let prefix = ["--take=", "--field="].first(where: argument.hasPrefix) else {
      return [argument]
    }
    return [String(prefix.dropLast()), String(argument.dropFirst(prefix.count))]
  }
}
