internal import ArgumentParser

/// The arguments that a command was started with, and what is said of those that its parser refuses.
///
/// The parser keeps its errors to itself: only its words tell them apart. Should it find others, the
/// advice is the help.
struct Usage<Root: AsyncParsableCommand> {
  private let name: String
  private let arguments: [String]

  init(_ root: Root.Type, _ name: String, _ arguments: [String]) {
    self.name = name
    self.arguments = arguments
  }

  /// - Throws: ``Failure`` for arguments that are refused; what the parser throws to print a help.
  func command() async throws -> any ParsableCommand {
    try checkDashes()
    do {
      return try await Root.asyncParseAsRoot(arguments)
    } catch {
      guard let refusal = Usage.refusal(error) else { throw error }
      throw Failure(refusal, advice: advice(for: refusal), status: .usage)
    }
  }

  /// A single dash with more than a letter is no option of ours, unless it is `-n=VALUE`: short ones in a
  /// row would be read out of a text that begins with a dash, and `-health` would be a call for help.
  private func checkDashes() throws(Failure) {
    let options = arguments.prefix { $0 != "--" }
    let place = options.firstIndex {
      $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.count > 2 && $0.dropFirst(2).first != "="
    }
    guard let place else { return }
    let before = Usage.refusal(of: Array(options[..<place]))
    throw Failure(
      "'\(options[place])' is not an option",
      advice: before.flatMap(Usage.missingValue) ?? "-- before '\(options[place])'",
      status: .usage)
  }

  private func advice(for refusal: String) -> String {
    if let option = Usage.missingValue(refusal) { return option }
    let help = "\(name) --help, or \(name) COMMAND --help"
    guard let dashed = Usage.unknownOption(refusal) ?? takenForOption(refusal) else { return help }
    return "-- before '\(dashed)' if it is no option, or \(name) COMMAND --help"
  }

  /// What was meant as the argument that is missing, and was taken for an option. It is the first that
  /// is refused once there is another text for each missing argument.
  private func takenForOption(_ refusal: String) -> String? {
    guard refusal.hasPrefix("Missing expected argument ") else { return nil }
    // No command has more arguments that it cannot do without.
    for count in 1...2 {
      let others = Usage.refusal(of: arguments + Array(repeating: "X", count: count))
      if let dashed = others.flatMap(Usage.unknownOption) { return dashed }
    }
    return nil
  }
}

// What the parser says.
extension Usage {
  /// The first line of what the parser says of arguments; nil if it takes them or prints a help.
  private static func refusal(of arguments: [String]) -> String? {
    do {
      _ = try Root.parseAsRoot(arguments)
      return nil
    } catch {
      return refusal(error)
    }
  }

  private static func refusal(_ error: any Error) -> String? {
    guard Root.exitCode(for: error) == .validationFailure else { return nil }
    return Root.message(for: error).split(separator: "\n").first.map(String.init) ?? ""
  }

  /// How the option is given a value that it lacks, whatever the value begins with.
  private static func missingValue(_ refusal: String) -> String? {
    guard refusal.hasPrefix("Missing "), let word = quoted(refusal), word.hasPrefix("-") else {
      return nil
    }
    return "\(word)=VALUE"
  }

  private static func unknownOption(_ refusal: String) -> String? {
    refusal.hasPrefix("Unknown option ") ? quoted(refusal) : nil
  }

  /// The first word in quotes: `--note` of "'--note <note>'".
  private static func quoted(_ refusal: String) -> String? {
    guard let quote = refusal.split(separator: "'").dropFirst().first else { return nil }
    return quote.split(separator: " ").first.map(String.init)
  }
}
