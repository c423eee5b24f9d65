extension Schema {
  /// Everything that is wrong with a record's state, apart from what its references lead to.
  ///
  /// A field that this schema does not know is kept, not refused: it may come from a newer one.
  /// - Returns: no problems where the state may enter the register.
  public func problems(with state: RecordState, of kind: KindNumber) -> [Problem] {
    guard let kind = self.kind(kind) else {
      return [Problem("kind \(kind.number) is not in the schema")]
    }
    guard case .fields(let fields) = state.content else { return [] }
    let missing = kind.fields.filter { $0.isRequired && fields[$0.number] == nil }
      .map { Problem("field '\($0.name)' is required") }
    let wrong = kind.fields.compactMap { field in
      fields[field.number].flatMap { problem(with: $0, in: field, of: fields, kind) }
    }
    let unknown = fields.filter { kind.field($0.key) == nil }.sorted { $0.key < $1.key }
      .compactMap { number, value in
        value.fault(as: nil).map { Problem("field number \(number.number) \($0)") }
      }
    let tooMany =
      fields.count > Limits.fields
      ? [Problem("a record has more than \(Limits.fields) fields")] : []
    return missing + wrong + unknown + tooMany
  }

  private func problem(
    with value: FieldValue, in field: FieldDefinition, of fields: Fields, _ kind: Kind
  ) -> Problem? {
    guard value.matches(field.type) else {
      return Problem("field '\(field.name)' is not \(field.type.article)")
    }
    if value.isEmpty { return Problem("field '\(field.name)' is empty") }
    if let fault = value.fault(as: field.type) {
      return Problem("field '\(field.name)' \(fault)")
    }
    for constraint in field.constraints {
      if let fault = constraint.fault(in: value, of: fields, kind) {
        return Problem("field '\(field.name)' \(fault)")
      }
    }
    return nil
  }
}

extension FieldValue {
  /// - Parameter type: nil for a field that only a newer schema knows.
  fileprivate func fault(as type: FieldType?) -> String? {
    switch self {
    case .text(let text): TextRules.problem(withLine: text)
    case .prose(let text): TextRules.problem(withProse: text)
    case .texts(let texts): fault(inMembers: Array(texts))
    case .list(let list): fault(inMembers: list)
    case .references(let references): fault(inCount: references.count)
    case .choice(let choice):
      if case .choice(let choices) = type, !choices.contains(choice) {
        "must be one of \(choices.joined(separator: ", "))"
      } else {
        TextRules.problem(withLine: choice)
      }
    case .date, .number, .flag, .reference: nil
    }
  }

  private func fault(inMembers members: [String]) -> String? {
    if let fault = fault(inCount: members.count) { return fault }
    if members.contains("") { return "has an empty member" }
    return members.lazy.compactMap { TextRules.problem(withLine: $0) }.first.map {
      "has a member that \($0)"
    }
  }

  private func fault(inCount count: Int) -> String? {
    count <= Limits.members ? nil : "has more than \(Limits.members) members"
  }
}

extension Constraint {
  fileprivate func fault(in value: FieldValue, of fields: Fields, _ kind: Kind) -> String? {
    switch (self, value) {
    case (.minimum(let minimum), .number(let number)):
      return number < minimum ? "must be at least \(minimum)" : nil
    case (.web, .text(let text)):
      let isAddress = ["http://", "https://"].contains { prefix in
        text.hasPrefix(prefix) && text.utf8.count > prefix.utf8.count && !text.contains(" ")
      }
      return isAddress ? nil : "must begin with http:// or https://"
    case (.country, .text(let text)):
      let isCode = text.utf8.count == 2 && text.utf8.allSatisfy(ASCII.isUpper)
      return isCode ? nil : "must be a country code of two capital letters (ISO 3166-1)"
    case (.notBefore(let other), .date(let date)):
      guard case .date(let first) = fields[other], date.starts(before: first) else { return nil }
      return "must not be before '\(kind.field(other)?.name ?? "the first date")'"
    default:
      return nil
    }
  }
}

extension FieldType {
  /// The type as a person reads it: "a date", "one of …".
  public var article: String {
    switch self {
    case .text: "a text of one line"
    case .prose: "a text of many lines"
    case .date: "a date (2007, 2007-03 or 2007-03-26)"
    case .number: "a whole number"
    case .choice(let choices): "one of \(choices.joined(separator: ", "))"
    case .flag: "yes or no"
    case .reference: "the code of a record"
    case .texts: "a set of texts"
    case .references: "a set of codes of records"
    case .list: "a list of texts"
    }
  }
}
