internal import LiaisonModel
internal import LiaisonSync

/// Puts the sides of a conflict together as a person says. Pure.
struct Resolution {
  let conflict: Conflict
  let choice: Choice

  /// The state that the choice leaves, before its assignments are applied.
  /// - Throws: ``ReplicaError`` if a disagreement is left, or the choice contradicts itself.
  func state() throws(ReplicaError) -> RecordState {
    if let field = choice.assigned.intersection(choice.parts.keys).min() {
      throw .sideAndValue(field: field)
    }
    switch conflict.cause {
    case .codeTaken:
      guard choice.rest == nil, choice.parts.isEmpty else { throw .noSides(conflict.record.code) }
      guard choice.assigned.contains("code") else { throw unresolved(["code"], .code) }
      return conflict.merged
    case .merge(let disagreements): return try merged(disagreements)
    }
  }

  private func merged(_ disagreements: [Disagreement]) throws(ReplicaError) -> RecordState {
    var state = conflict.merged
    var open: [String] = []
    for disagreement in disagreements {
      let name = conflict.name(of: disagreement)
      switch disagreement {
      case .deletion: state = try whole()
      case .together:
        if let side = choice.rest { state = self.state(of: side) ?? state }
        if choice.isEmpty { open.append(name) }
      case .field, .code, .unknown:
        let isAssigned = choice.assigned.contains(name)
        if let side = choice.parts[name] ?? (isAssigned ? nil : choice.rest) {
          take(side, for: disagreement, into: &state)
        } else if !isAssigned {
          open.append(name)
        }
      }
    }
    for (name, side) in choice.parts {
      let part = try part(named: name, among: disagreements)
      if disagreements.contains(part) {
        take(side, for: part, into: &state)
      } else {
        copy(part, from: side, into: &state)
      }
    }
    guard open.isEmpty else { throw unresolved(open, .sideOrValue) }
    return state
  }

  /// Of a record that one side deleted, all or nothing.
  private func whole() throws(ReplicaError) -> RecordState {
    guard let side = choice.rest else {
      throw unresolved([conflict.name(of: .deletion)], .side)
    }
    let state = self.state(of: side) ?? conflict.ours.state
    guard !state.isDeleted || (choice.assignments.isEmpty && choice.parts.isEmpty) else {
      throw .deletedSide
    }
    return state
  }

  /// A side as it would stand in the register: a code that theirs alone has changed is theirs.
  private func state(of side: Side) -> RecordState? {
    guard var state = conflict.revision(side)?.state else { return nil }
    // What this version does not know no side carries along, nor leaves behind.
    state.unknown = conflict.merged.unknown
    if side == .ours, state.code == conflict.base?.state.code, let theirs = conflict.theirs {
      state.code = theirs.state.code
    }
    return state
  }

  /// What a person names with a side of its own.
  private func part(
    named name: String, among disagreements: [Disagreement]
  ) throws(ReplicaError) -> Disagreement {
    let kind = conflict.record.kind
    let part: Disagreement
    if name == "code" {
      part = .code
    } else if let field = kind.field(named: name) {
      part = .field(field.number)
    } else {
      throw .unknownField(name, kind: kind.name, known: kind.current.map(\.name))
    }
    // Of a record that is in disagreement as a whole, any field is.
    guard !Set(disagreements).isDisjoint(with: [part, .together, .deletion]) else {
      throw .inAgreement(field: name)
    }
    return part
  }

  /// Settles what the sides disagree about; of a prose or a list what one alone changed stays.
  private func take(_ side: Side, for disagreement: Disagreement, into state: inout RecordState) {
    guard case .field(let number) = disagreement else {
      return copy(disagreement, from: side, into: &state)
    }
    guard conflict.record.kind.field(number)?.rule != .opaque else {
      return copy(disagreement, from: side, into: &state)
    }
    var fields = state.fields
    fields[number] = Merge.field(
      base: conflict.base?.state.fields[number], ours: conflict.ours.state.fields[number],
      theirs: conflict.theirs?.state.fields[number], taking: side)
    state.content = .fields(fields)
  }

  private func copy(
    _ disagreement: Disagreement, from side: Side, into state: inout RecordState
  ) {
    guard let source = conflict.revision(side)?.state else { return }
    switch disagreement {
    case .code: state.code = source.code
    case .field(let number):
      var fields = state.fields
      fields[number] = source.fields[number]
      state.content = .fields(fields)
    case .unknown: state.unknown = source.unknown
    case .deletion, .together:
      // What this version does not know no side carries along.
      let unknown = state.unknown
      state = source
      state.unknown = unknown
    }
  }

  private func unresolved(_ parts: [String], _ need: ReplicaError.Need) -> ReplicaError {
    .unresolved(conflict.record.code, parts, need)
  }
}
