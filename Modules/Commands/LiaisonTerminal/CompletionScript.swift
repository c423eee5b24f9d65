internal import ArgumentParser

/// What a shell completes a command by: the parser's script, with `-C DIR` before the command, of which the
/// parser itself knows nothing.
enum CompletionScript {
  private static let option = "--generate-completion-script"

  /// - Returns: nil unless the arguments ask for the script of a shell that the parser knows.
  static func text(of root: (some ParsableCommand).Type, _ arguments: [String]) -> String? {
    let words = arguments.flatMap { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    guard words.count == 2, words[0] == option, let shell = CompletionShell(rawValue: words[1])
    else { return nil }
    return script(of: root, for: shell)
  }

  private static func script<Root: ParsableCommand>(
    of root: Root.Type, for shell: CompletionShell
  ) -> String {
    EnteringFolder<Root>.completionScript(for: shell)
  }
}

/// The command as it is typed. It is never parsed: the parser would take `-C` for it wherever it stands.
private struct EnteringFolder<Root: ParsableCommand>: ParsableCommand {
  static var configuration: CommandConfiguration { Root.configuration }

  @Option(
    name: .customShort("C"), help: "The folder to work in, as if started there.",
    completion: .directory)
  var folder: String?
}
