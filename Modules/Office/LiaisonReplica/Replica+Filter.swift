public import LiaisonModel

extension Replica {
  /// Which records a person asks for: those whose field has a value, or whose set or list has it
  /// as a member; with no value, those whose field holds nothing.
  public struct Filter: Sendable {
    /// Nil for the code.
    fileprivate let field: FieldNumber?
    fileprivate let value: FieldValue?

    public func matches(_ record: Record) -> Bool {
      guard let field else { return value == .text(record.code.text) }
      return switch (record.visible.state.fields[field], value) {
      case (.references(let held)?, .references(let wanted)?): wanted.isSubset(of: held)
      case (.texts(let held)?, .texts(let wanted)?): wanted.isSubset(of: held)
      case (.list(let held)?, .list(let wanted)?): Set(wanted).isSubset(of: held)
      case (let held, let wanted): held == wanted
      }
    }
  }

  /// Reads `field=value`.
  /// - Throws: ``ReplicaError`` for an unknown field, a value of another type, an unknown code.
  public func filter(_ text: String, of kind: Kind) async throws -> Filter {
    let assignment = try Assignment(text)
    guard assignment.operation == .set else {
      throw ReplicaError(
        .badInput, "'\(text)' is not a filter", advice: "--where field=value")
    }
    if assignment.name == "code", case .one(let text) = assignment.input {
      return Filter(field: nil, value: .text(text))
    }
    let field = try field(named: assignment.name, of: kind)
    do {
      return Filter(field: field.number, value: try await value(of: assignment.input, field))
    } catch let problem as Problem {
      throw ReplicaError(
        .badInput, "field '\(field.name)' \(problem.message)",
        advice: "liaison schema \(kind.name)")
    }
  }
}
