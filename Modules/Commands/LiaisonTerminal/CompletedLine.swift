internal import Foundation

/// A command line that a shell completes: the folder that its words name. The shell hands them over as they
/// are typed, with their quotes.
public struct CompletedLine: Hashable, Sendable {
  /// The values of `-C` before the command, each of which is entered.
  public private(set) var entered: [String] = []
  /// The value of `-C` or `--directory` behind the command.
  public private(set) var directory: String?

  /// - Parameters:
  ///   - words: with the command's name.
  ///   - index: of the word that is completed; what stands behind it does not count.
  public init(_ words: [String], before index: Int) {
    var rest = words.prefix(max(index, 1)).dropFirst().map(CompletedLine.plain)[...]
    while rest.first == "-C", rest.count > 1 {
      entered.append(rest[rest.startIndex + 1])
      rest = rest.dropFirst(2)
    }
    while let word = rest.popFirst(), word != "--" {
      for name in ["-C", "--directory"] {
        if word == name {
          // bash makes a word of its own of `=`.
          if rest.first == "=" { rest = rest.dropFirst() }
          directory = rest.popFirst() ?? directory
        } else if word.hasPrefix(name + "=") {
          directory = String(word.dropFirst(name.count + 1))
        }
      }
    }
  }

  /// Enters the folders that stand before the command, as the command would.
  /// - Returns: false if one cannot be entered.
  public func enter() -> Bool {
    entered.allSatisfy { FileManager.default.changeCurrentDirectoryPath($0) }
  }

  /// A word without its quotes, and a tilde at its beginning as the home that it stands for.
  private static func plain(_ word: String) -> String {
    var (text, quote, isEscaped) = ("", Character?.none, false)
    for character in word {
      if isEscaped {
        text.append(character)
        isEscaped = false
      } else if character == "\\", quote != "'" {
        isEscaped = true
      } else if quote == nil, character == "'" || character == "\"" {
        quote = character
      } else if character == quote {
        quote = nil
      } else {
        text.append(character)
      }
    }
    guard word.hasPrefix("~") else { return text }
    return (text as NSString).expandingTildeInPath
  }
}
