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

  var isEmpty: Bool { rest == nil && parts.isEmpty && assignments.isEmpty }
}
