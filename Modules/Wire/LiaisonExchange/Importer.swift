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

  /// Appends every line in one transaction. Takes memory for some lines, and for the references that
  /// are still to be met, not for all that is read.
  /// - Parameter progress: is told how many records are in, and about how many remain.
  /// - Returns: how many records were imported.
  /// - Throws: ``ImportError`` for a line that cannot be imported, ``StoreError`` if the log fails.
  public func run(
    _ input: ImportInput, into log: any ChangeLog,
    progress: @escaping @Sendable (_ count: Int, _ remaining: Int?) -> Void = { _, _ in }
  ) async throws -> Int {
    let source = try ImportSource(
      input, schema: schema, coding: coding, origin: origin, newID: newID)
    return try await log.transaction { log in
      var count = 0
      var ready: ImportBatch?
      var then = Result { try source.lines() }
      while true {
        // The next batch is made, and the lines behind it are read, while this one is committed.
        var next: Beside<(ImportBatch, Result<ImportLines?, any Error>)>?
        if case .success(let lines?) = then {
          let known = try Self.known(lines, in: log, beside: ready)
          next = Beside { (try source.batch(of: lines, known), Result { try source.lines() }) }
        }
        if let batch = ready {
          try Self.commit(batch, to: log)
          count += batch.lines.count
          progress(count, batch.remaining)
        }
        guard let next else {
          // Of two faults the one that stands first is told.
          _ = try then.get()
          return count
        }
        (ready, then) = try next.value()
      }
    }
  }

  /// The records that the lines' references name, in the log or in the batch that it gets next.
  private static func known(
    _ lines: ImportLines, in log: any LogTransaction, beside batch: ImportBatch?
  ) throws -> KnownRecords {
    var question = CommitQuestion()
    question.codes = lines.references
    question.records = lines.records
    let facts = try log.facts(for: question)
    return KnownRecords(
      codes: facts.holders.merging(batch?.records ?? [:]) { first, _ in first },
      records: lines.records.filter { facts.heads[$0] != nil || batch?.made[$0] != nil })
  }

  /// Commits some lines as a push commits its edits.
  private static func commit(_ batch: ImportBatch, to log: any LogTransaction) throws {
    var facts = try log.facts(for: batch.plan.question)
    facts.promised = batch.promised
    let verdicts = batch.plan.arranged(try log.append(batch.plan.decide(facts)))
    for (line, verdict) in zip(batch.lines, verdicts) {
      switch verdict.outcome {
      case .committed: break
      case .refused(let refusal): throw ImportError(line: line, refusal.message)
      case .alreadyCommitted, .stale:
        throw ImportError(line: line, "the record is in the register already")
      }
    }
  }
}

/// Why nothing was imported.
public struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  public let line: Int
  public let message: String

  public init(line: Int, _ message: String) {
    self.line = line
    self.message = message
  }

  public var description: String { "line \(line): \(message); nothing was imported" }
}
