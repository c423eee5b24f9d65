public import LiaisonModel

/// Why a replica cannot do what a person asked. It says what is so; whoever faces the person says
/// what to try.
public enum ReplicaError: Error, Hashable, Sendable {
  /// The replica has not pulled anything yet.
  case empty

  // What a person wrote.
  case unknownKind(String, known: [String])
  case unknownField(String, kind: String, known: [String])
  /// No record has what was written, a code or an id.
  case unknownRecord(String)
  /// What was written is neither a code nor an id.
  case notACode(String)
  /// Several records have the code.
  case ambiguousCode(String, records: [RecordID])
  /// The text is not `field=value`, `field+=member` or `field-=member`.
  case notAnAssignment(String)
  /// The text is not `field=value`.
  case notAFilter(String)
  case valueWithNUL
  /// One field is set twice.
  case assignedTwice(String)
  /// `code=` is not followed by a code.
  case malformedCode
  /// A field does not take what it is given; what it would take, as an example.
  case wrongValue(field: String, Problem, example: String)
  /// The schema has retired the field: what it holds is kept, and no longer changed.
  case retired(field: String, kind: String)
  /// The field holds, or takes, what only a newer version of this program knows.
  case needsNewerVersion(field: String)
  /// The record is made of what only a newer version of this program can read.
  case unreadable(RecordCode)
  /// Several records in a field are written like the one that is to be taken out.
  case ambiguousMember(field: String, String, records: [RecordID])
  /// A field cannot be compared with what it is given.
  case wrongFilter(field: String, kind: String, Problem)
  /// A line of an edited text is no field.
  case malformedDraft

  // What the register takes.
  /// A new record of this kind needs a code that a person chooses.
  case codeMissing(kind: String)
  /// The computer's clock cannot be right, and the record's code would name its year for ever.
  case wrongClock(year: Int)
  /// A rule of the schema is not met.
  case invalid(kind: String, Problem)
  case badAuthor(Problem)
  case badNote(Problem)
  /// The record takes more bytes than a revision may.
  case tooLarge
  case codeTaken(RecordCode)
  /// Two records would exchange codes: the register never has one code twice.
  case codesExchanged

  // Where a record stands.
  /// Other records refer to it; which.
  case referred(RecordCode, by: [RecordCode])
  /// It waits for a resolution.
  case inConflict(RecordCode)
  case deleted(RecordCode)
  /// It holds that already.
  case unchanged(RecordCode)
  /// The same fields were changed since it was read.
  case changedMeanwhile(RecordCode)
  case notInConflict(RecordCode)
  /// It has no edit that waits to be sent.
  case notPending(RecordCode)
  /// All that was changed here was sent.
  case nothingToUndo
  /// No revision of the record that is here has a name that begins like this.
  case unknownRevision(RecordCode, String)
  /// The names of several do.
  case ambiguousRevision(RecordCode, String, [RevisionID])
  /// The record was deleted in that revision.
  case deletedRevision(RecordCode, String)

  // What settles a conflict.
  /// What is still in disagreement.
  case unresolved(RecordCode, [String], Need)
  case sideAndValue(field: String)
  /// The sides agree on it, or only one has changed it.
  case inAgreement(field: String)
  /// Two records have one code: neither side of one of them stands.
  case noSides(RecordCode)
  /// The side that is taken is deleted, and has no fields.
  case deletedSide

  /// What a person must say to settle a conflict.
  public enum Need: Hashable, Sendable {
    /// A side or a value for each part.
    case sideOrValue
    /// A side for the whole record.
    case side
    /// Another code.
    case code
  }
}

extension ReplicaError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "this replica has not pulled anything yet"
    case .unknownKind(let name, _): "the register has no kind '\(name)'"
    case .unknownField(let name, let kind, _): "\(kind) has no field '\(name)'"
    case .unknownRecord(let text): "no record here has the code \(text)"
    case .notACode(let text): "'\(text)' is not a code"
    case .ambiguousCode(let text, let records):
      "\(records.count) records here have the code \(text)"
    case .notAnAssignment(let text): "'\(text)' is not a change of a field"
    case .notAFilter(let text): "'\(text)' is not a filter"
    case .valueWithNUL: "a value holds a NUL"
    case .assignedTwice(let field): "field '\(field)' is given twice"
    case .malformedCode: "code=… needs a code"
    case .wrongValue(let field, let problem, _), .wrongFilter(let field, _, let problem):
      "field '\(field)' \(problem)"
    case .retired(let field, _): "field '\(field)' is retired: what it holds is no longer changed"
    case .unreadable(let code): "\(code) needs a newer version"
    case .needsNewerVersion(let field): "field '\(field)' needs a newer version"
    case .ambiguousMember(let field, let text, let records):
      "field '\(field)' holds \(records.count) records that are written \(text)"
    case .malformedDraft: "the edited text has a line that is no field"
    case .codeMissing(let kind): "a new \(kind) needs a code"
    case .wrongClock(let year): "the record cannot be numbered: the clock says that it is \(year)"
    case .invalid(let kind, let problem): "\(kind): \(problem)"
    case .badAuthor(let problem): "the author \(problem)"
    case .badNote(let problem): "the note \(problem)"
    case .tooLarge: "the record takes more than \(Limits.revisionBytes) bytes"
    case .codeTaken(let code): "another record has the code \(code)"
    case .codesExchanged: "records would exchange codes, which one sync cannot do"
    case .referred(let code, let others): ReplicaError.text(of: others) + " to \(code)"
    case .inConflict(let code):
      "\(code) is in conflict; it is resolved before it is edited again"
    case .deleted(let code): "\(code) is deleted"
    case .unchanged(let code): "\(code) holds that already"
    case .changedMeanwhile(let code): "the same fields of \(code) were changed in the meantime"
    case .notInConflict(let code): "\(code) is not in conflict"
    case .notPending(let code): "\(code) has no edit that waits to be sent"
    case .nothingToUndo: "nothing was changed here that was not sent yet"
    case .unknownRevision(let code, let name):
      "no revision of \(code) here has a name that begins with '\(name)'"
    case .ambiguousRevision(let code, let name, let found):
      "the names of \(found.count) revisions of \(code) begin with '\(name)'"
    case .deletedRevision(let code, let name): "\(code) was deleted in revision \(name)"
    case .unresolved(_, let parts, _): "still in disagreement: \(parts.joined(separator: ", "))"
    case .sideAndValue(let field): "field '\(field)' has both a side and a value"
    case .inAgreement(let field): "'\(field)' is not in disagreement"
    case .noSides: "two records have one code; neither side of one record stands"
    case .deletedSide: "the side that is taken is deleted and has no fields"
    }
  }

  /// "A, B, C and 4 more refer".
  private static func text(of others: [RecordCode]) -> String {
    let first = others.prefix(3).map(\.text).joined(separator: ", ")
    let more = others.count > 3 ? " and \(others.count - 3) more" : ""
    return first + more + (others.count == 1 ? " refers" : " refer")
  }
}
