internal import LiaisonModel
internal import LiaisonSync

/// Puts the sides of a conflict together as a person says.
struct Resolution {
  private let conflict: Conflict
  private let replica: Replica

  init(_ conflict: Conflict, replica: Replica) {
    self.conflict = conflict
    self.replica = replica
  }

  /// - Parameter assignments: what will be applied to the result. One that sets a field settles
  ///   it; one that adds or takes out needs a side to do that to.
  func settled(
    take: Replica.Side?, takes: [String: Replica.Side], _ assignments: [Assignment]
  ) throws -> RecordState {
    let assigned = Set(assignments.filter { $0.operation == .set }.map(\.name))
    if let name = assigned.intersection(takes.keys).min() {
      throw ReplicaError(
        .badInput, "field '\(name)' has both a side and a value", advice: "one of the two")
    }
    guard case .merge(let disagreements) = conflict.cause else {
      guard take == nil, takes.isEmpty else {
        throw ReplicaError(
          .badInput, "two records have one code; neither side of one record stands",
          advice: "liaison resolve \(conflict.record.code) code=NEW-CODE, or liaison discard")
      }
      guard assigned.contains("code") else {
        throw unresolved(["code"], advice: "liaison resolve \(conflict.record.code) code=NEW-CODE")
      }
      return conflict.merged
    }
    var state = conflict.merged
    var open: [String] = []
    for disagreement in disagreements {
      let name = name(of: disagreement)
      switch disagreement {
      case .deletion:
        state = try whole(take)
        guard !state.isDeleted || (assignments.isEmpty && takes.isEmpty) else {
          throw ReplicaError(
            .badInput, "the side that is taken is deleted and has no fields",
            advice: "the side that is kept, with the values")
        }
      case .together:
        if let take { state = side(take)?.state ?? state }
        if take == nil, takes.isEmpty, assignments.isEmpty { open.append(name) }
      case .field, .code:
        if let side = takes[name] ?? (assigned.contains(name) ? nil : take) {
          copy(disagreement, from: side, into: &state)
        } else if !assigned.contains(name) {
          open.append(name)
        }
      }
    }
    for (name, side) in takes { copy(try part(named: name), from: side, into: &state) }
    guard open.isEmpty else {
      throw unresolved(
        open, advice: "liaison resolve \(conflict.record.code) --take theirs, or FIELD=VALUE")
    }
    return state
  }

  /// What a person names with `--field`.
  private func part(named name: String) throws -> Disagreement {
    name == "code"
      ? .code : .field(try replica.field(named: name, of: conflict.record.kind).number)
  }

  private func whole(_ take: Replica.Side?) throws -> RecordState {
    guard let take else {
      throw unresolved(
        ["the whole record"],
        advice: "liaison resolve \(conflict.record.code) --take ours, or --take theirs")
    }
    return side(take)?.state ?? conflict.ours.state
  }

  private func copy(
    _ disagreement: Disagreement, from side: Replica.Side, into state: inout RecordState
  ) {
    guard let source = self.side(side)?.state else { return }
    switch disagreement {
    case .code: state.code = source.code
    case .field(let number):
      var fields = state.fields
      fields[number] = source.fields[number]
      state.content = .fields(fields)
    case .deletion, .together: state = source
    }
  }

  private func side(_ side: Replica.Side) -> Revision? {
    switch side {
    case .ours: conflict.ours
    case .theirs: conflict.theirs
    case .base: conflict.base
    }
  }

  private func name(of disagreement: Disagreement) -> String {
    switch disagreement {
    case .field(let number): conflict.record.kind.field(number)?.name ?? "field \(number.number)"
    case .code: "code"
    case .deletion: "the whole record"
    case .together: "both sides together"
    }
  }

  private func unresolved(_ names: [String], advice: String) -> ReplicaError {
    ReplicaError(
      .unresolved, "still in disagreement: \(names.joined(separator: ", "))", advice: advice)
  }
}
