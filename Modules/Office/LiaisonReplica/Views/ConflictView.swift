internal import LiaisonModel

/// A conflict to show: every part in disagreement with its three sides. Its JSON is a contract.
public struct ConflictView: Hashable, Sendable, Encodable {
  public let kind: String
  public let code: String
  /// Of the record: two records in conflict may have one code.
  public let id: String
  public let cause: String
  /// The rule or limit that both sides together break.
  public let problem: String?
  public let disagreements: [Part]

  /// One part in disagreement; a side that there is not is nil.
  public struct Part: Hashable, Sendable, Encodable {
    public let field: String
    public let base: SideView?
    public let ours: SideView?
    public let theirs: SideView?
  }

  init(_ conflict: Conflict, _ codes: Codes) {
    kind = conflict.record.kind.name
    code = conflict.record.code.text
    id = conflict.record.id.description
    problem = conflict.problem?.message
    switch conflict.cause {
    case .codeTaken:
      cause = "code taken"
      disagreements = [Part(code: conflict)]
    case .merge(let parts):
      cause = "merge"
      disagreements = parts.flatMap { disagreement -> [Part] in
        switch disagreement {
        case .field(let number): [Part(number, conflict, codes)]
        case .code: [Part(code: conflict)]
        case .deletion:
          [
            Part(conflict.name(of: .deletion), conflict) {
              .text($0.state.isDeleted ? "deleted" : "kept")
            }
          ] + conflict.changed.map { Part($0, conflict, codes) }
        case .unknown:
          [Part(conflict.name(of: .unknown), conflict) { _ in .text(Scalar.opaqueText) }]
        case .together: conflict.changed.map { Part($0, conflict, codes) }
        }
      }
    }
  }
}

extension ConflictView.Part {
  fileprivate init(
    _ name: String, _ conflict: Conflict, _ value: (Revision) -> ValueView?
  ) {
    func side(_ revision: Revision?) -> SideView? {
      revision.map { SideView(value: value($0), $0.origin) }
    }
    self.init(
      field: name, base: side(conflict.base), ours: side(conflict.ours),
      theirs: side(conflict.theirs))
  }

  fileprivate init(_ number: FieldNumber, _ conflict: Conflict, _ codes: Codes) {
    self.init(conflict.record.kind.name(of: number), conflict) {
      $0.state.fields[number].map { ValueView($0, codes) }
    }
  }

  fileprivate init(code conflict: Conflict) {
    self.init("code", conflict) { .text($0.state.code.text) }
  }
}

/// One side of a part: its value, nil if it holds nothing, and who wrote it.
public struct SideView: Hashable, Sendable, Encodable {
  public let value: ValueView?
  public let office: String
  public let author: String
  public let time: String
  public let note: String

  init(value: ValueView?, _ origin: Origin) {
    self.value = value
    office = origin.office.text
    author = origin.author
    time = origin.time.description
    note = origin.note
  }
}
