internal import LiaisonModel
internal import LiaisonSync

/// A conflict as a text that a person edits: all that could be merged, and in between what could not,
/// with its sides.
public struct ConflictDraft: Sendable {
  public let draft: Draft
  /// What the text was made of: the register's revision and this office's.
  let sides: [RevisionID?]
  private let conflict: ConflictMarks

  /// - Throws: ``ReplicaError/unresolved(_:_:_:)`` for a conflict about the whole record: only a side
  ///   settles it.
  init(_ conflict: Conflict, _ codes: Codes) throws(ReplicaError) {
    self.conflict = try ConflictMarks(conflict, codes)
    draft = Draft(conflict, self.conflict, codes)
    sides = ConflictDraft.sides(conflict)
  }

  static func sides(_ conflict: Conflict) -> [RevisionID?] {
    [conflict.record.stored.head?.id, conflict.record.stored.visible?.id]
  }

  /// How the edited text settles it.
  /// - Throws: ``ReplicaError/unresolved(_:_:_:)`` if sides of something still stand there, and what
  ///   ``Draft/assignments(from:)`` throws.
  public func choice(from edited: String) throws(ReplicaError) -> Choice {
    let assignments = try draft.assignments(from: edited)
    let left = conflict.names.filter { name in
      let given = assignments.first { $0.name == name }
      return given.map { ConflictMarks.stand(in: $0.input) } ?? true
    }
    guard left.isEmpty else { throw .unresolved(draft.record.code, left, .sideOrValue) }
    return Choice(assignments: assignments)
  }
}

/// The sides of what is in conflict, marked as git and diff3 mark them.
struct ConflictMarks {
  private static let (ours, base) = ("<<<<<<< ours", "||||||| base")
  private static let (middle, theirs) = ("=======", ">>>>>>> theirs")

  /// Of fields that are in conflict.
  private(set) var fields: [FieldNumber: FieldInput] = [:]
  /// Of the code, if that is.
  private(set) var code: String?
  /// What must be settled.
  private(set) var names: [String] = []

  init(_ conflict: Conflict, _ codes: Codes) throws(ReplicaError) {
    guard case .merge(let disagreements) = conflict.cause else {
      names = ["code"]
      return
    }
    for disagreement in disagreements {
      switch disagreement {
      case .deletion:
        throw .unresolved(conflict.record.code, [conflict.name(of: .deletion)], .side)
      case .together: continue
      case .code: code = Self.line(conflict) { $0.state.code.text }
      case .unknown: throw .unresolved(conflict.record.code, [conflict.name(of: .unknown)], .side)
      case .field(let number): fields[number] = Self.input(number, conflict, codes)
      }
      names.append(conflict.name(of: disagreement))
    }
  }

  /// Whether marks are left.
  static func stand(in input: FieldInput) -> Bool {
    let lines: [String] =
      switch input {
      case .one(let text): text.split(separator: "\n").map(String.init)
      case .many(let texts): texts
      }
    return lines.contains { line in [ours, base, theirs].contains { line.hasPrefix($0) } }
  }

  private static func input(
    _ number: FieldNumber, _ conflict: Conflict, _ codes: Codes
  ) -> FieldInput {
    func value(_ revision: Revision?) -> FieldValue? { revision?.state.fields[number] }
    let chunks = Merge.lines(
      base: value(conflict.base), ours: value(conflict.ours), theirs: value(conflict.theirs)
    ) { codes.text(of: $0) }
    guard let chunks else {
      return .one(line(conflict) { value($0)?.text { codes.text(of: $0) } ?? "" })
    }
    let lines = chunks.flatMap { chunk -> [String] in
      switch chunk {
      case .settled(let lines): lines
      case .disagreement(let base, let ours, let theirs):
        [Self.ours] + ours + [Self.base] + base + [middle] + theirs + [Self.theirs]
      }
    }
    guard case .list? = conflict.record.kind.field(number)?.type else {
      return .one(lines.joined(separator: "\n"))
    }
    return .many(lines)
  }

  private static func line(_ conflict: Conflict, _ text: (Revision) -> String) -> String {
    let sides = [conflict.ours, conflict.base, conflict.theirs].map { $0.map(text) ?? "" }
    return "\(ours) \(sides[0]) \(base) \(sides[1]) \(middle) \(sides[2]) \(theirs)"
  }
}
