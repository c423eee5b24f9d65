extension Schema {
  /// Everything that is wrong with a record's state, apart from what its references lead to.
  ///
  /// A field that this schema does not know is kept, not refused: it may come from a newer one.
  /// - Returns: no problems if the state may enter the register.
  public func problems(with state: RecordState, of kind: KindNumber) -> [Problem] {
    guard let kind = self.kind(kind) else {
      return [Problem("kind \(kind.number) is not in the schema")]
    }
    guard case .fields(let fields) = state.content else { return [] }
    var known = 0
    var missing: [Problem] = []
    var wrong: [Problem] = []
    // In place: a definition is large.
    for index in kind.fields.indices {
      if let value = fields[kind.fields[index].number] {
        known += 1
        if let problem = problem(with: value, in: kind.fields[index], of: fields, kind) {
          wrong.append(problem)
        }
      } else if kind.fields[index].isRequired {
        missing.append(Problem("field '\(kind.fields[index].name)' is required"))
      }
    }
    let unknown = known == fields.count ? [] : unknownProblems(with: fields, of: kind)
    let tooMany =
      fields.count > Limits.fields
      ? [Problem("a record has more than \(Limits.fields) fields")] : []
    return missing + wrong + unknown + tooMany
  }

  private func unknownProblems(with fields: Fields, of kind: Kind) -> [Problem] {
    fields.filter { kind.field($0.key) == nil }.sorted { $0.key < $1.key }
      .compactMap { number, value in
        value.fault(as: nil).map { Problem("field number \(number.number) \($0)") }
      }
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
    let scalars = scalars
    if case .one(let scalar) = self { return FieldValue.fault(in: scalar, as: type?.scalar) }
    guard scalars.count <= Limits.members else { return "has more than \(Limits.members) members" }
    if scalars.contains(where: \.isEmpty) { return "has an empty member" }
    return scalars.lazy.compactMap { FieldValue.fault(in: $0, as: type?.scalar) }.first.map {
      "has a member that \($0)"
    }
  }

  private static func fault(in scalar: Scalar, as type: ScalarType?) -> String? {
    type.map { $0.fault(in: scalar) } ?? scalar.fault
  }
}

extension Constraint {
  fileprivate func fault(in value: FieldValue, of fields: Fields, _ kind: Kind) -> String? {
    guard case .one(let scalar) = value else { return nil }
    switch self {
    case .minimum(let minimum):
      guard case .number(let number) = scalar, number < minimum else { return nil }
      return "must be at least \(minimum)"
    case .web:
      guard case .text(let text) = scalar, !Constraint.isAddress(text) else { return nil }
      return "must begin with http:// or https://"
    case .country:
      guard case .text(let text) = scalar, !Constraint.isCountry(text) else { return nil }
      return "must be a country code of two capital letters (ISO 3166-1)"
    case .notBefore(let other):
      guard case .date(let date) = scalar, case .one(.date(let first)) = fields[other],
        date.ends(before: first)
      else { return nil }
      return "must not be before '\(kind.field(other)?.name ?? "the first date")'"
    case .acyclic:
      // Where references lead is asked of the register, not of a record.
      return nil
    }
  }

  private static func isAddress(_ text: String) -> Bool {
    // RFC 3986 §3.1: a scheme has no case.
    ["http://", "https://"].contains { prefix in
      text.prefix(prefix.count).lowercased() == prefix && text.utf8.count > prefix.utf8.count
        && !text.contains(" ")
    }
  }

  private static func isCountry(_ text: String) -> Bool {
    text.utf8.count == 2 && text.utf8.allSatisfy(ASCII.isUpper)
  }
}
