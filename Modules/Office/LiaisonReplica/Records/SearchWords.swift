@_spi(_Unicode) import Swift

/// Words that are looked for in a text without an index, as an index finds them: by their beginnings,
/// without case and accents; what stands together in one of them stands together in the text.
struct SearchWords {
  private let phrases: [[String]]

  init(_ words: [String]) {
    phrases = words.map { SearchWords.words(of: $0) }.filter { !$0.isEmpty }
  }

  /// Whether each of them occurs; nothing asked for occurs nowhere.
  func occur(in text: String) -> Bool {
    let words = SearchWords.words(of: text)
    return !phrases.isEmpty && phrases.allSatisfy { SearchWords.occurs($0, in: words) }
  }

  private static func occurs(_ phrase: [String], in words: [String]) -> Bool {
    guard words.count >= phrase.count else { return false }
    return (0...words.count - phrase.count).contains { start in
      let part = words[start..<start + phrase.count]
      return part.dropLast().elementsEqual(phrase.dropLast())
        && part.last.map { $0.hasPrefix(phrase[phrase.count - 1]) } ?? false
    }
  }

  /// Letters and digits that stand together, folded.
  private static func words(of text: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in text._nfd {
      let properties = scalar.properties
      switch properties.generalCategory {
      case .nonspacingMark: continue
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
        .decimalNumber, .letterNumber, .otherNumber, .privateUse:
        word += properties.lowercaseMapping
      case _:
        if !word.isEmpty { words.append(word) }
        word = ""
      }
    }
    return word.isEmpty ? words : words + [word]
  }
}
