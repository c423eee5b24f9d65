public import LiaisonModel
internal import LiaisonSync

/// One change of one field as a person writes it: `field=value`, `field+=member`, `field-=member`.
public struct Assignment: Hashable, Sendable {
  public enum Operation: Hashable, Sendable {
    case set
    case add
    case remove
  }

  public let name: String
  public let operation: Operation
  public let input: FieldInput

  public init(name: String, operation: Operation, input: FieldInput) {
    self.name = name
    self.operation = operation
    self.input = input
  }

  /// - Throws: ``ReplicaError`` `.badInput`.
  public init(_ text: String) throws {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
      throw ReplicaError(
        .badInput, "'\(text)' is not a change of a field",
        advice: "field=value, field+=member or field-=member")
    }
    let value = String(text[text.index(after: equals)...])
    guard !value.contains("\0") else {
      throw ReplicaError(.badInput, "a value holds a NUL", advice: "the value without it")
    }
    let before = text[..<equals]
    switch before.last {
    case "+": self.init(name: String(before.dropLast()), operation: .add, input: .one(value))
    case "-": self.init(name: String(before.dropLast()), operation: .remove, input: .one(value))
    default: self.init(name: String(before), operation: .set, input: .one(value))
    }
  }
}

extension Replica {
  /// Applies assignments to a state. `code=…` gives the record another code.
  /// - Throws: ``ReplicaError`` for an unknown field, a value of another type, an unknown code.
  func applying(
    _ assignments: [Assignment], to state: RecordState, of kind: Kind
  ) async throws -> RecordState {
    var state = state
    var set: Set<String> = []
    for assignment in assignments {
      if assignment.operation == .set, !set.insert(assignment.name).inserted {
        throw ReplicaError(
          .badInput, "field '\(assignment.name)' is given twice",
          advice: "\(assignment.name)=… once")
      }
      if assignment.name == "code" {
        state.code = try code(from: assignment)
      } else {
        let field = try field(named: assignment.name, of: kind)
        var fields = state.fields
        fields[field.number] = try await value(assignment, field, fields[field.number])
        state.content = .fields(fields)
      }
    }
    return state
  }

  private func code(from assignment: Assignment) throws -> RecordCode {
    guard assignment.operation == .set, case .one(let text) = assignment.input,
      let code = RecordCode(text)
    else {
      throw ReplicaError(
        .badInput, "code=… needs a code",
        advice: "2 to \(Limits.codeBytes) of A-Z, 0-9 and '-', for example UNODC")
    }
    return code
  }

  private func value(
    _ assignment: Assignment, _ field: FieldDefinition, _ old: FieldValue?
  ) async throws -> FieldValue? {
    do {
      switch (assignment.operation, field.type) {
      case (.remove, .references):
        return try await removed(assignment.input, from: old, of: field)
      case (.set, _), (.add, .prose), (_, .texts), (_, .references), (_, .list):
        let given = try await value(of: assignment.input, field, old)
        return try given.map { try $0.combined(with: old, assignment.operation) }
          ?? (assignment.operation == .set ? nil : old)
      default: throw Problem("is \(field.type.article), not a set or list")
      }
    } catch let problem as Problem {
      throw ReplicaError(
        .badInput, "field '\(field.name)' \(problem.message)",
        advice: "\(field.name)=\(field.type.example)")
    }
  }

  /// Reads a value as a person writes it for a field.
  /// - Parameter old: what the field holds; a record in it may be named again, even a deleted one.
  /// - Throws: ``Problem``, or what the store throws.
  func value(
    of input: FieldInput, _ field: FieldDefinition, _ old: FieldValue? = nil
  ) async throws -> FieldValue? {
    var records: [RecordCode: RecordID] = [:]
    if field.target != nil {
      let held = old?.references ?? []
      for (record, code) in try await store.codes(of: held) { records[code] = record }
      for code in input.members.compactMap({ RecordCode($0) }) {
        if let record = try await liveRecord(code, for: field) { records[code] = record }
      }
    }
    return try field.type.value(from: input) { records[$0] }
  }

  /// The live record that has this code, as this office sees it.
  /// - Throws: ``Problem`` where it is of another kind than the field takes.
  private func liveRecord(_ code: RecordCode, for field: FieldDefinition) async throws -> RecordID? {
    for stored in try await store.records(code: code) {
      guard let summary = try stored.visible.map({ try coding.summary(of: $0.bytes) }),
        summary.code == code, !summary.isDeleted
      else { continue }
      guard stored.kind == field.target else {
        let names = [stored.kind, field.target].map { number in
          number.flatMap { schema.kind($0)?.name } ?? "record of another kind"
        }
        throw Problem(
          "takes the code of \(names[1].withArticle), and \(code) is \(names[0].withArticle)")
      }
      return stored.id
    }
    return nil
  }

  /// Takes members out by what they are written as, whatever has become of their records.
  private func removed(
    _ input: FieldInput, from old: FieldValue?, of field: FieldDefinition
  ) async throws -> FieldValue? {
    let held = old?.references ?? []
    let name = try await codes(of: held)
    let texts = Set(input.members)
    if let text = texts.subtracting(held.map(name)).min() {
      throw Problem("does not hold \(text)")
    }
    return FieldValue.references(held.filter { !texts.contains(name($0)) }).unlessEmpty
  }
}

extension String {
  fileprivate var withArticle: String {
    ("aeiou".contains(prefix(1)) ? "an " : "a ") + self
  }
}

extension FieldValue {
  /// Members added to, or removed from, what a field holds; a line added to a prose.
  fileprivate func combined(
    with old: FieldValue?, _ operation: Assignment.Operation
  ) throws -> FieldValue? {
    guard operation != .set else { return self }
    switch (self, old) {
    case (.texts(let given), .texts(let old)?) where operation == .add:
      return .texts(old.union(given))
    case (.references(let given), .references(let old)?): return .references(old.union(given))
    case (.list(let given), .list(let old)?) where operation == .add: return .list(old + given)
    case (.prose(let more), .prose(let text)?): return .prose(text + "\n" + more)
    case (.texts(let given), .texts(let old)?):
      guard given.isSubset(of: old) else { throw Problem("does not hold that member") }
      return FieldValue.texts(old.subtracting(given)).unlessEmpty
    case (.list(let given), .list(let old)?):
      guard Set(given).isSubset(of: old) else { throw Problem("does not hold that member") }
      return FieldValue.list(old.filter { !given.contains($0) }).unlessEmpty
    default:
      guard operation == .add else { throw Problem("does not hold that member") }
      return self
    }
  }
}

extension FieldType {
  /// A value that a person can imitate.
  fileprivate var example: String {
    switch self {
    case .text: "\"one line\""
    case .prose: "\"several lines\""
    case .date: "2007-03-26"
    case .number: "39"
    case .choice(let choices): choices.first ?? ""
    case .flag: "yes"
    case .reference: "CODE"
    case .texts: "one,two"
    case .references: "CODE,CODE"
    case .list: "\"an item\""
    }
  }
}
