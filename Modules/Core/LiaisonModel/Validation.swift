extension Schema {
  /// Everything that is wrong with a record's state, apart from what its references lead to.
  ///
  /// Rules bind changes, not states: a field that is as it was may break a rule that is newer than its value.
  /// A field that this schema does not know is kept, not refused: it may come from a newer one.
  /// - Parameters:
  ///   - before: what the record was; nil for a new one.
  ///   - takesOpaque: whether a value that only a newer version can read counts as one that may be there.
  /// - Returns: no problems if the state may enter the register.
  public func problems(
    with state: RecordState, of kind: KindNumber, since before: RecordState? = nil,
    takesOpaque: Bool = false
  ) -> [Problem] {
    guard let kind = self.kind(kind) else {
      return before == nil ? [Problem("kind \(kind.number) is not in the schema")] : []
    }
    guard case .fields(let fields) = state.content else { return [] }
    let old = before?.fields ?? [:]
    var known = 0
    var missing: [Problem] = []
    var wrong: [Problem] = []
    // In place: a definition is large.
    for index in kind.fields.indices {
      let number = kind.fields[index].number
      if let value = fields[number] {
        known += 1
        if takesOpaque, value.isOpaque { continue }
        if let problem = problem(with: value, in: kind.fields[index], of: fields, kind, since: old)
        {
          wrong.append(problem)
        }
      } else if kind.fields[index].isRequired, !kind.fields[index].isRetired,
        before.map({ $0.isDeleted || old[number] != nil }) ?? true
      {
        missing.append(Problem("field '\(kind.fields[index].name)' is required"))
      }
    }
    let unknown = known == fields.count ? [] : unknownProblems(with: fields, of: kind, since: old)
    let tooMany =
      fields.count > max(Limits.fields, old.count)
      ? [Problem("a record has more than \(Limits.fields) fields")] : []
    return missing + wrong + unknown + tooMany
  }

  private func unknownProblems(
    with fields: Fields, of kind: Kind, since old: Fields
  ) -> [Problem] {
    fields.filter { kind.field($0.key) == nil && old[$0.key] != $0.value }
      .sorted { $0.key < $1.key }
      .compactMap { number, value in
        value.fault(as: nil).map { Problem("field number \(number.number) \($0)") }
      }
  }

  private func problem(
    with value: FieldValue, in field: FieldDefinition, of fields: Fields, _ kind: Kind,
    since old: Fields
  ) -> Problem? {
    if old[field.number] != value {
      guard value.matches(field.type) else {
        return Problem("field '\(field.name)' is not \(field.type.article)")
      }
      if value.isEmpty { return Problem("field '\(field.name)' is empty") }
      if let fault = value.fault(as: field.type) {
        return Problem("field '\(field.name)' \(fault)")
      }
    }
    for constraint in field.constraints {
      if let fault = constraint.fault(in: value, of: fields, kind),
        constraint.fields(besides: field.number).contains(where: { fields[$0] != old[$0] })
      {
        return Problem("field '\(field.name)' \(fault)")
      }
    }
    return nil
  }

  /// What of a state only a newer version knows, if it is not as it was: a server, which is never older than
  /// its schema, takes nothing else of that.
  /// - Parameter before: what the record was; nil for a new one.
  public func strangers(
    in state: RecordState, of kind: KindNumber, since before: RecordState?
  ) -> [Problem] {
    let kind = self.kind(kind)
    var strange: [FieldNumber] = []
    for (number, value) in state.fields
    where (value.isOpaque || kind?.has(number) != true) && before?.fields[number] != value {
      strange.append(number)
    }
    var problems = strange.sorted().map {
      Problem("field number \($0.number) holds what this register does not know")
    }
    if state.unknown != before?.unknown ?? [] {
      problems.append(Problem("the record holds what this register does not know"))
    }
    return problems
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
  /// The fields that it is about, with the one that has it.
  fileprivate func fields(besides own: FieldNumber) -> [FieldNumber] {
    switch self {
    case .notBefore(let other): [own, other]
    case .minimum, .web, .country, .acyclic, .opaque: [own]
    }
  }

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
      guard let moment = value.moment, let first = fields[other]?.moment,
        moment.ends(before: first)
      else { return nil }
      return "must not be before '\(kind.field(other)?.name ?? "the first date")'"
    case .opaque: return nil
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
