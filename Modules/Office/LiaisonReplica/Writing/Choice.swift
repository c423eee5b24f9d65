public import LiaisonModel

/// How a person settles a conflict: whose side stands, and what stands instead.
public struct Choice: Hashable, Sendable {
  /// Whose side stands if nothing else is said; nil if all must be said.
  public var rest: Side?
  /// Whose side stands for single fields, by their names; `code` is the code.
  public var parts: [String: Side]
  /// Values that stand instead.
  public var assignments: [Assignment]

  public init(rest: Side? = nil, parts: [String: Side] = [:], assignments: [Assignment] = []) {
    self.rest = rest
    self.parts = parts
    self.assignments = assignments
  }

  /// The fields that an assignment settles. One that adds or takes out needs a side to do that to.
  var assigned: Set<String> {
    Set(assignments.filter { $0.operation == .set }.map(\.name))
  }

  /// The same by the names that the kind's fields have now.
  func named(as kind: Kind) -> Choice {
    func now(_ name: String) -> String { kind.field(named: name)?.name ?? name }
    return Choice(
      rest: rest, parts: Dictionary(parts.map { (now($0), $1) }) { first, _ in first },
      assignments: assignments.map { $0.named(now($0.name)) })
  }

  var isEmpty: Bool { rest == nil && parts.isEmpty && assignments.isEmpty }
}
