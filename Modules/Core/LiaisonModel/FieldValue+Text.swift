/// A value as a person or a file writes it: one text, or several.
public enum FieldInput: Hashable, Sendable {
  case one(String)
  case many([String])
}

extension FieldInput {
  /// The members that a set is given as: one text has commas between them.
  public var members: [String] {
    switch self {
    case .one(let text):
      text.split(separator: ",").map { part in
        String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
    case .many(let texts): texts
    }
  }
}

extension FieldType {
  /// Reads a value. Text is brought to NFC; a set takes one text with commas between its members.
  ///
  /// - Parameter resolve: the record of a code; nil where there is none.
  /// - Returns: nil for an empty input, which leaves the field without a value.
  /// - Throws: ``Problem`` where the input is not of this type.
  public func value(
    from input: FieldInput, resolve: (RecordCode) throws -> RecordID?
  ) throws -> FieldValue? {
    switch (self, input) {
    case (.texts, .one), (.references, .one):
      return try value(from: .many(input.members), resolve: resolve)
    case (.list, .one(let text)):
      let lines = text.split(separator: "\n").map(String.init)
      return try value(from: .many(lines), resolve: resolve)
    case (.texts, .many(let texts)):
      return texts.isEmpty ? nil : .texts(Set(texts.map(TextRules.normalized)))
    case (.list, .many(let texts)):
      return texts.isEmpty ? nil : .list(texts.map(TextRules.normalized))
    case (.references, .many(let codes)):
      return codes.isEmpty ? nil : .references(Set(try codes.map { try record($0, resolve) }))
    case (_, .many):
      throw Problem("is \(article), not several")
    case (_, .one(let text)):
      return text.isEmpty ? nil : try scalar(TextRules.normalized(text), resolve)
    }
  }

  private func scalar(
    _ text: String, _ resolve: (RecordCode) throws -> RecordID?
  ) throws -> FieldValue {
    switch self {
    case .text: return .text(text)
    case .prose: return .prose(text)
    case .choice(let choices):
      if choices.contains(text) { return .choice(text) }
    case .date:
      if let date = PartialDate(text) { return .date(date) }
    case .number:
      if let number = Int64(text) { return .number(number) }
    case .flag:
      if ["yes", "true"].contains(text) { return .flag(true) }
      if ["no", "false"].contains(text) { return .flag(false) }
    case .reference: return .reference(try record(text, resolve))
    case .texts, .references, .list: break
    }
    throw Problem("is not \(article)")
  }

  private func record(
    _ text: String, _ resolve: (RecordCode) throws -> RecordID?
  ) throws -> RecordID {
    guard let code = RecordCode(text) else { throw Problem("names '\(text)', which is not a code") }
    guard let record = try resolve(code) else {
      throw Problem("names \(code), which is not in the register")
    }
    return record
  }
}

extension FieldValue {
  /// The value as a person or a file writes it.
  /// - Parameter code: how a reference is written.
  public func input(code: (RecordID) -> String) -> FieldInput {
    switch self {
    case .text(let text), .prose(let text), .choice(let text): .one(text)
    case .date(let date): .one(date.description)
    case .number(let number): .one(String(number))
    case .flag(let flag): .one(flag ? "yes" : "no")
    case .reference(let record): .one(code(record))
    case .texts(let texts): .many(texts.sorted())
    case .references(let records): .many(records.map(code).sorted())
    case .list(let list): .many(list)
    }
  }

  /// The value on one line, or on as many as a prose has.
  public func text(code: (RecordID) -> String) -> String {
    switch input(code: code) {
    case .one(let text): text
    case .many(let texts): texts.joined(separator: ", ")
    }
  }
}
