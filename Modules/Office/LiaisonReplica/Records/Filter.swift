internal import LiaisonModel

/// Which records a person asks for: those whose field has a value, or whose set or list has it as a
/// member; with no value, those whose field holds nothing; with `(deleted)`, those whose field refers to a
/// deleted record.
struct Filter {
  private enum Test {
    case code(String)
    case field(FieldDefinition, FieldValue?)
    case deletedReference(FieldNumber)
  }

  private let test: Test

  /// Reads `field=value`.
  /// - Throws: ``ReplicaError``.
  init(_ text: String, of kind: Kind, in snapshot: Snapshot) throws {
    let assignment = try Assignment(text)
    guard assignment.operation == .set else { throw ReplicaError.notAFilter(text) }
    if assignment.name == "code", case .one(let text) = assignment.input {
      test = .code(text)
      return
    }
    let field = try snapshot.field(named: assignment.name, of: kind)
    if field.target != nil, case .one(Codes.deleted) = assignment.input {
      test = .deletedReference(field.number)
      return
    }
    do {
      let value = try snapshot.value(of: assignment.input, field, orDeleted: true)
      test = .field(field, value)
    } catch let problem as Problem {
      throw ReplicaError.wrongFilter(field: field.name, kind: kind.name, problem)
    }
  }

  /// The fields that it looks at; none for the code.
  var fields: [FieldNumber] {
    switch test {
    case .code: []
    case .field(let field, _): field.read
    case .deletedReference(let number): [number]
    }
  }

  /// A record that all which match refer to; nil if the filter is for something else.
  var target: RecordID? {
    switch test {
    case .code, .deletedReference: nil
    case .field(_, let wanted): wanted?.references.min()
    }
  }

  func matches(_ record: Record, _ codes: inout CodeCache) throws -> Bool {
    let fields = record.visible.state.fields
    switch test {
    case .code(let text): return RecordCode(typed: text) == record.code
    case .deletedReference(let number):
      let references = fields[number]?.references ?? []
      return references.contains(where: try codes.codes(of: references).isDeleted)
    case .field(let field, let wanted):
      switch (record.kind.value(of: field, in: fields), wanted) {
      case (.set(let held)?, .set(let wanted)?): return wanted.isSubset(of: held)
      case (.list(let held)?, .list(let wanted)?): return Set(wanted).isSubset(of: held)
      case (let held, let wanted): return held == wanted
      }
    }
  }
}

/// What a record is sorted by: numbers and dates by what they mean, all else by its text; what has
/// no value comes last.
enum SortKey: Comparable {
  case number(Int64)
  case moment(Moment)
  case text(String)
  case nothing

  init(_ value: FieldValue?, _ codes: Codes) {
    switch value {
    case .one(.number(let number))?: self = .number(number)
    case let value? where value.moment != nil: self = value.moment.map { .moment($0) } ?? .nothing
    case let value?: self = .text(value.text { codes.text(of: $0) })
    case nil: self = .nothing
    }
  }
}

extension FieldDefinition {
  /// What is read of a record to know what it holds in the field.
  var read: [FieldNumber] { [number] + [past.replaces].compactMap(\.self) }
}
