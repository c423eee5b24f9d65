import LiaisonModel
import LiaisonReplica
import LiaisonTerminal

extension Failure {
  /// An error that this command knows; nil for any other.
  init?(office error: any Error) {
    switch error {
    case let error as ReplicaError: self.init(error)
    case _: self.init(known: error, at: Place(of: .replica))
    }
  }

  init(_ error: ReplicaError) {
    self.init(error.description, advice: error.advice, status: error.status)
  }
}

extension ReplicaError {
  fileprivate var status: ExitStatus {
    switch self {
    case .unknownKind, .unknownField, .notACode, .notAnAssignment, .notAFilter, .valueWithNUL,
      .assignedTwice, .malformedCode, .wrongValue, .retired, .ambiguousMember, .wrongFilter,
      .codeMissing,
      .sideAndValue,
      .inAgreement, .noSides, .deletedSide:
      .usage
    case .empty, .unknownRecord, .ambiguousCode, .wrongClock, .malformedDraft, .invalid, .badAuthor,
      .badNote,
      .tooLarge, .codeTaken, .codesExchanged, .referred, .inConflict, .deleted, .unchanged,
      .changedMeanwhile, .notInConflict, .notPending, .unresolved, .nothingToUndo, .unknownRevision,
      .ambiguousRevision, .deletedRevision, .needsNewerVersion, .unreadable:
      .failure
    }
  }

  /// What to try, as a command or an imperative.
  fileprivate var advice: String {
    switch self {
    case .empty: "liaison sync"
    case .unknownKind(_, let known), .unknownField(_, _, let known):
      "one of \(known.joined(separator: ", "))"
    case .unknownRecord:
      "liaison search TEXT, or liaison sync if another office may have added it"
    case .notACode: "a code like UNODC or VIE-2026-0012"
    case .ambiguousCode(_, let records):
      "the record's id instead of its code: \(records.map(\.description).joined(separator: " or "))"
    case .notAnAssignment: "field=value, field+=member or field-=member"
    case .notAFilter: "--where field=value"
    case .valueWithNUL: "the value without it"
    case .assignedTwice(let field): "\(field)=… once"
    case .malformedCode:
      "2 to \(Limits.codeBytes) of A-Z, 0-9 and '-', for example UNODC"
    case .wrongValue(let field, _, let example): "\(field)=\(example)"
    case .retired(_, let kind): "liaison schema \(kind)"
    case .needsNewerVersion, .unreadable: "a newer version of liaison"
    case .ambiguousMember(let field, _, let records):
      "the record's id instead of its code: "
        + records.map { "\(field)-=\($0)" }.joined(separator: " or ")
    case .wrongFilter(_, let kind, _), .invalid(let kind, _): "liaison schema \(kind)"
    case .malformedDraft: "field: value on each line"
    case .codeMissing(let kind): "liaison new \(kind) code=… name=…"
    case .wrongClock: "set the clock, or name the code: code=OFFICE-YEAR-NUMBER"
    case .badAuthor: "another LIAISON_AUTHOR, or liaison config author NAME"
    case .badNote: "another --note"
    case .tooLarge: "shorter texts, or part of it in another record"
    case .codeTaken(let code), .unchanged(let code): "liaison show \(code)"
    case .codesExchanged: "liaison sync first, while one of them has a third code"
    case .referred(let code, _):
      "Change those records first, or liaison delete \(code) --force"
    case .inConflict(let code):
      "liaison conflicts \(code), then liaison resolve \(code) …"
    case .deleted(let code): "liaison discard \(code) if the deletion was not sent yet"
    case .changedMeanwhile: "the same command again"
    case .notInConflict: "liaison conflicts"
    case .notPending: "liaison status"
    case .nothingToUndo: "liaison log CODE, then liaison restore CODE --to REVISION"
    case .unknownRevision(let code, _): "liaison log \(code), and 4 digits of a name or more"
    case .ambiguousRevision(_, _, let found):
      found.map(\.short).joined(separator: " or ")
    case .deletedRevision(let code, _): "another revision: liaison log \(code); or liaison delete"
    case .unresolved(let code, _, let need): need.advice(for: code)
    case .sideAndValue: "one of the two"
    case .inAgreement: "liaison conflicts"
    case .noSides(let code): "liaison resolve \(code) code=NEW-CODE, or liaison discard \(code)"
    case .deletedSide: "the side that is kept, with the values"
    }
  }
}

extension ReplicaError.Need {
  fileprivate func advice(for code: RecordCode) -> String {
    switch self {
    case .sideOrValue: "liaison resolve \(code) --take theirs, or FIELD=VALUE"
    case .side: "liaison resolve \(code) --take ours, or --take theirs"
    case .code: "liaison resolve \(code) code=NEW-CODE"
    }
  }
}
