import LiaisonTerminal
import LiaisonModel
import LiaisonReplica
import LiaisonSync

/// A field's value as JSON: a text, a number, a truth value, or an array of texts.
enum FieldView: Encodable {
  case text(String)
  case number(Int64)
  case flag(Bool)
  case texts([String])

  init(_ value: FieldValue, _ code: (RecordID) -> String) {
    switch value {
    case .number(let number): self = .number(number)
    case .flag(let flag): self = .flag(flag)
    default:
      switch value.input(code: code) {
      case .one(let text): self = .text(text)
      case .many(let texts): self = .texts(texts)
      }
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .texts(let texts): try container.encode(texts)
    }
  }
}

/// A record as JSON. Import reads the first three keys.
struct RecordView: Encodable {
  let kind: String
  let code: String
  let fields: [String: FieldView]
  var id: String?
  var revision: String?
  var state: String?
  var reason: String?

  /// As import reads it.
  init(plain state: RecordState, _ kind: Kind, _ code: (RecordID) -> String) {
    self.kind = kind.name
    self.code = state.code.text
    fields = Dictionary(
      uniqueKeysWithValues: state.fields.map { number, value in
        (kind.field(number)?.name ?? "field_\(number.number)", FieldView(value, code))
      })
  }

  init(_ record: Record, _ code: (RecordID) -> String) {
    self.init(plain: record.visible.state, record.kind, code)
    id = record.id.description
    revision = record.stored.visible?.id.description
    state = record.stateName
    reason = record.reason
  }
}

extension Record {
  /// What a person is told of a record's place between this office and the register.
  var stateName: String {
    switch pending?.status {
    case nil: visible.state.isDeleted ? "deleted" : "synced"
    case .ready: stored.head == nil ? "new" : visible.state.isDeleted ? "deletion" : "edited"
    case .inFlight: "in flight"
    case .conflict: "conflict"
    case .codeTaken: "code taken"
    case .refused: "refused"
    }
  }

  var reason: String? {
    switch pending?.status {
    case .codeTaken(let reason), .refused(let reason): reason
    default: nil
    }
  }

  /// `!` for a conflict or a refusal, `*` for an edit that waits, nothing otherwise.
  var mark: String {
    switch pending?.status {
    case nil: ""
    case .ready, .inFlight: "*"
    case .conflict, .codeTaken, .refused: "!"
    }
  }

  /// The text that stands for the record: its first required text, else its code.
  var title: String {
    for field in kind.fields {
      if case .text(let text)? = visible.state.fields[field.number] { return text }
    }
    return ""
  }
}

/// One side of a conflict as JSON.
struct SideView: Encodable {
  let value: FieldView?
  let office: String
  let author: String
  let time: String
  let note: String
}

/// A conflict as JSON: every part in disagreement with its three sides.
struct ConflictView: Encodable {
  let kind: String
  let code: String
  let cause: String
  /// The rule or limit that both sides together break.
  let problem: String?
  let disagreements: [Part]

  struct Part: Encodable {
    let field: String
    let base: SideView?
    let ours: SideView?
    let theirs: SideView?
  }

  init(_ conflict: Conflict, _ code: (RecordID) -> String) {
    kind = conflict.record.kind.name
    self.code = conflict.record.code.text
    problem = conflict.problem?.message
    func side(_ revision: Revision?, _ value: FieldView?) -> SideView? {
      revision.map {
        SideView(
          value: value, office: $0.office.text, author: $0.author, time: $0.time.description,
          note: $0.note)
      }
    }
    func part(_ name: String, _ value: (Revision) -> FieldView?) -> Part {
      Part(
        field: name, base: side(conflict.base, conflict.base.flatMap(value)),
        ours: side(conflict.ours, value(conflict.ours)),
        theirs: side(conflict.theirs, conflict.theirs.flatMap(value)))
    }
    switch conflict.cause {
    case .codeTaken:
      cause = "code taken"
      disagreements = [part("code") { .text($0.state.code.text) }]
    case .merge(let parts):
      cause = "merge"
      func field(_ number: FieldNumber) -> Part {
        part(conflict.record.kind.field(number)?.name ?? "field_\(number.number)") {
          $0.state.fields[number].map { FieldView($0, code) }
        }
      }
      disagreements = parts.flatMap { disagreement in
        switch disagreement {
        case .field(let number): [field(number)]
        case .code: [part("code") { .text($0.state.code.text) }]
        case .deletion:
          [part("the whole record") { .text($0.state.isDeleted ? "deleted" : "kept") }]
            + conflict.changed.map(field)
        case .together: conflict.changed.map(field)
        }
      }
    }
  }
}
