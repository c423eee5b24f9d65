internal import LiaisonModel

/// A field's value to show: a text, a number, a truth value, or the texts of a set or list.
public enum ValueView: Hashable, Sendable {
  case text(String)
  case number(Int64)
  case flag(Bool)
  case texts([String])

  init(_ value: FieldValue, _ codes: Codes) {
    switch value {
    case .one(.number(let number)): self = .number(number)
    case .one(.flag(let flag)): self = .flag(flag)
    case .one, .set, .list:
      switch value.input(code: { codes.text(of: $0) }) {
      case .one(let text): self = .text(text)
      case .many(let texts): self = .texts(texts)
      }
    }
  }

  /// The value on one line, or on as many as a prose has.
  public var text: String {
    switch self {
    case .text(let text): text
    case .number(let number): String(number)
    case .flag(let flag): flag ? "yes" : "no"
    case .texts(let texts): texts.joined(separator: ", ")
    }
  }

  /// The lines of a text, or the members of a set or list.
  public var lines: [String] {
    switch self {
    case .texts(let texts): texts
    case .text, .number, .flag:
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
  }
}

extension ValueView: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .texts(let texts): try container.encode(texts)
    }
  }
}

/// A line of a prose, or a member of a set or list, that one of two values has.
public enum LineChange: Hashable, Sendable {
  case removed(String)
  case added(String)

  /// What leads from one value to the other, in the order of their lines.
  public static func all(from before: [String], to after: [String]) -> [LineChange] {
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
