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
    for assignment in assignments {
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

  private func code(from assignment: Assignment) throws -> Code {
    guard assignment.operation == .set, case .one(let text) = assignment.input,
      let code = Code(text)
    else {
      throw ReplicaError(
        .badInput, "that is not a code",
        advice: "2 to \(Limits.codeBytes) of A-Z, 0-9 and '-', for example UNODC")
    }
    return code
  }

  private func value(
    _ assignment: Assignment, _ field: Field, _ old: FieldValue?
  ) async throws -> FieldValue? {
    let given: FieldValue?
    do {
      let records = try await resolved(assignment.input, field)
      given = try field.type.value(from: assignment.input) { records[$0] }
    } catch let problem as Problem {
      throw ReplicaError(
        .badInput, "field '\(field.name)' \(problem.message)",
        advice: "\(field.name)=\(field.type.example)")
    }
    switch (assignment.operation, field.type) {
    case (.set, _): return given
    case (_, .texts), (_, .references), (_, .list):
      return given.map { $0.combined(with: old, assignment.operation) } ?? old
    case (.add, .prose):
      guard case .prose(let more)? = given, case .prose(let text)? = old else {
        return given ?? old
      }
      return .prose(text + "\n" + more)
    default:
      throw ReplicaError(
        .badInput, "field '\(field.name)' is \(field.type.article), not a set or list",
        advice: "\(field.name)=\(field.type.example)")
    }
  }

  /// The records that an input of references names. Live records only.
  private func resolved(
    _ input: FieldInput, _ field: Field
  ) async throws -> [Code: RecordID] {
    guard let target = field.target else { return [:] }
    let texts: [Substring] =
      switch input {
      case .one(let text): text.split { $0 == "," || $0 == " " }
      case .many(let texts): texts.map { Substring($0) }
      }
    var records: [Code: RecordID] = [:]
    for code in texts.compactMap({ Code($0) }) {
      let found = try await store.records(code: code).first { $0.kind == target }
      guard let found, let bytes = found.visible?.bytes else { continue }
      if try !coding.summary(of: bytes).isDeleted { records[code] = found.id }
    }
    return records
  }
}

extension FieldValue {
  /// Members added to, or removed from, what a set or list holds.
  fileprivate func combined(
    with old: FieldValue?, _ operation: Assignment.Operation
  ) -> FieldValue? {
    let result: FieldValue
    switch (self, old) {
    case (.texts(let given), .texts(let old)?):
      result = .texts(operation == .add ? old.union(given) : old.subtracting(given))
    case (.references(let given), .references(let old)?):
      result = .references(operation == .add ? old.union(given) : old.subtracting(given))
    case (.list(let given), .list(let old)?):
      result = .list(operation == .add ? old + given : old.filter { !given.contains($0) })
    default:
      return operation == .add ? self : nil
    }
    return result.isEmpty ? nil : result
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
    case .reference: "UNODC"
    case .texts: "one,two"
    case .references: "UNODC,OSCE"
    case .list: "\"an item\""
    }
  }
}
