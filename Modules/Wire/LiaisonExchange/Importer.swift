public import Foundation
public import LiaisonModel
public import LiaisonSync

/// Brings records into a register from JSON lines, `{"kind", "code", "fields"}`; references are
/// codes, and may name a record that comes later. All of a file is imported, or nothing.
public struct Importer: Sendable {
  private let schema: Schema
  private let coding: any RevisionCoding
  private let origin: Origin
  private let newID: @Sendable () -> UUIDv7

  /// - Parameters:
  ///   - origin: who writes the imported revisions.
  ///   - newID: names each record and each edit.
  public init(
    schema: Schema, coding: any RevisionCoding, origin: Origin,
    newID: @escaping @Sendable () -> UUIDv7
  ) {
    self.schema = schema
    self.coding = coding
    self.origin = origin
    self.newID = newID
  }

  /// Appends every line of a file in one transaction. Takes memory for the references that are
  /// still to be met, not for the file.
  /// - Parameter progress: is told how many records are in, and about how many remain.
  /// - Returns: how many records were imported.
  /// - Throws: ``ImportError`` for a line that cannot be imported.
  public func run(
    _ file: URL, into log: any ChangeLog,
    progress: @escaping @Sendable (_ count: Int, _ remaining: Int?) -> Void = { _, _ in }
  ) async throws -> Int {
    try await log.write { transaction in
      var lines = try LineReader(file)
      var promises = Promises(newID: newID)
      var count = 0
      while let (number, text) = try lines.next() {
        guard !text.isEmpty else { continue }
        let line = try ImportLine(text, line: number)
        try append(line, number, to: transaction, &promises)
        count += 1
        progress(count, lines.remaining)
      }
      try promises.checkKept()
      return count
    }
  }

  private func append(
    _ line: ImportLine, _ number: Int, to log: any LogTransaction, _ promises: inout Promises
  ) throws {
    guard let kind = schema.kind(named: line.kind) else {
      throw ImportError(line: number, "the register has no kind '\(line.kind)'")
    }
    guard let code = RecordCode(line.code) else {
      throw ImportError(line: number, "'\(line.code)' is not a code")
    }
    var fields: Fields = [:]
    for (name, value) in line.fields {
      guard let field = kind.field(named: name) else {
        throw ImportError(line: number, "\(kind.name) has no field '\(name)'")
      }
      do {
        fields[field.number] = try field.type.value(from: value.input) { named in
          try log.holder(of: named) ?? promises.record(named, of: field, line: number)
        }
      } catch let problem as Problem {
        throw ImportError(line: number, "field '\(name)' \(problem.message)")
      }
    }
    let revision = Revision(
      record: try promises.keep(code, kind), kind: kind.number, parent: nil,
      state: RecordState(code: code, fields: fields), origin: origin)
    try append(revision, line: number, to: log, alongside: promises.alongside)
  }

  private func append(
    _ revision: Revision, line: Int, to log: any LogTransaction, alongside: Alongside
  ) throws {
    let encoded: EncodedRevision
    do {
      encoded = try coding.encode(revision)
    } catch {
      throw ImportError(line: line, "\(error)")
    }
    let candidate = CommitRule.Candidate(
      edit: EditID(newID()), content: .success(.init(encoded: encoded, revision: revision)))
    let rule = CommitRule(office: origin.office, coding: coding)
    let verdict = try rule.decide(candidate, in: log, alongside: alongside)
    if case .refused(let refusal) = verdict.outcome {
      throw ImportError(line: line, refusal.reason)
    }
  }
}

/// Why a file was not imported; nothing of it was.
public struct ImportError: Error, Sendable, CustomStringConvertible {
  public let line: Int
  public let message: String

  public init(line: Int, _ message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { "line \(line): \(message); nothing was imported" }
}
