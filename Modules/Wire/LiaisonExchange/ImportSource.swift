internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Where an import's batches come from: reads lines and makes them ready, which is all that can be done
/// without the log.
final class ImportSource: Sendable {
  private struct Reading {
    var lines: LineReader
    var promises: Promises
  }

  private let schema: Schema
  private let coding: any RevisionCoding
  private let origin: Origin
  private let newID: @Sendable () -> UUIDv7
  private let rule: CommitRule
  private let reading: Mutex<Reading>

  /// - Throws: ``ImportError`` if the input cannot be read.
  init(
    _ input: ImportInput, schema: Schema, coding: any RevisionCoding, origin: Origin,
    newID: @escaping @Sendable () -> UUIDv7
  ) throws {
    self.schema = schema
    self.coding = coding
    self.origin = origin
    self.newID = newID
    rule = CommitRule(office: origin.office, schema: schema, isImport: true)
    reading = Mutex(Reading(lines: try LineReader(input), promises: Promises(newID: newID)))
  }

  /// The next lines that are committed together; nil at the end.
  /// - Throws: ``ImportError`` for a line that cannot be read, and at the end for one that refers to a
  ///   record which never came.
  func lines() throws -> ImportLines? {
    try reading.withLock { reading in
      if let lines = try ImportLines(next: &reading.lines, schema) { return lines }
      try reading.promises.checkKept()
      return nil
    }
  }

  /// Makes a batch of lines.
  /// - Parameter known: the records that the lines' references name, as far as they are in the log or in
  ///   the batch before.
  /// - Throws: ``ImportError`` for a line that can be no record.
  func batch(of lines: ImportLines, _ known: KnownRecords) throws -> ImportBatch {
    try reading.withLock { reading in
      var known = known
      var records: [RecordCode: RecordID] = [:]
      var kinds: [RecordID: KindNumber] = [:]
      var candidates: [CommitRule.Candidate] = []
      for line in lines.lines {
        let revision = try revision(of: line, known, beside: kinds, &reading.promises)
        let (record, code) = (revision.record, revision.state.code)
        // Of two lines with one code the second is refused; until then the first has it.
        if !line.isDeleted {
          if known.codes[code] == nil { known.codes[code] = record }
          records[code] = record
        }
        kinds[record] = revision.kind
        candidates.append(try candidate(revision, line))
      }
      let plan = rule.plan(candidates)
      // All of them come, or none: each line is judged as if the others were there.
      let promised = reading.promises.kinds(of: plan.question.records)
      return ImportBatch(
        lines: lines.lines.map(\.number), remaining: lines.remaining, plan: plan,
        made: kinds, records: records,
        promised: promised.merging(kinds) { first, _ in first })
    }
  }

  private func revision(
    of line: ImportLine, _ known: KnownRecords, beside made: [RecordID: KindNumber],
    _ promises: inout Promises
  ) throws -> Revision {
    var fields: Fields = [:]
    fields.reserveCapacity(line.fields.count)
    for (place, value) in line.fields {
      let field = line.kind.fields[place]
      do {
        let input = try value.input(for: field.type)
        fields[field.number] = try field.type.value(from: input) { text in
          if field.target != nil, let record = RecordID(text: text) {
            if !known.records.contains(record), made[record] == nil {
              promises.name(record, of: field, line: line.number)
            }
            return .reference(record)
          }
          return try field.type.scalar.scalar(from: text) { named in
            known.codes[named] ?? promises.record(named, of: field, line: line.number)
          }
        }
      } catch let problem as Problem {
        throw ImportError(line: line.number, "field '\(field.name)' \(problem.message)")
      }
    }
    let record: RecordID
    if let id = line.id {
      try promises.keep(id, line.isDeleted ? nil : line.code, line.kind)
      record = id
    } else {
      record = try promises.keep(line.code, line.kind)
    }
    let more = try line.unknown.map { try unknown($0, of: line) }
    fields.merge(more?.fields ?? [:]) { known, _ in known }
    return Revision(
      record: record, kind: line.kind.number, parent: nil,
      state: RecordState(
        code: line.code, content: line.isDeleted ? .deleted : .fields(fields),
        unknown: more?.unknown ?? []), origin: origin)
  }

  /// What a line holds that only a newer version knows.
  private func unknown(_ bytes: [UInt8], of line: ImportLine) throws -> RecordState {
    let part: Revision
    do {
      part = try coding.decode(bytes)
    } catch {
      throw ImportError(line: line.number, "'unknown' is not what an export writes: \(error)")
    }
    let isKnown = part.state.fields.contains {
      !$0.value.isOpaque && line.kind.field($0.key) != nil
    }
    guard part.kind == line.kind.number, !isKnown else {
      throw ImportError(line: line.number, "'unknown' holds what the line must say itself")
    }
    return part.state
  }

  private func candidate(_ revision: Revision, _ line: ImportLine) throws -> CommitRule.Candidate {
    do {
      let filed = try coding.encode(revision)
      return CommitRule.Candidate(
        edit: EditID(newID()), revision: filed.id,
        content: .success(.init(filed: filed, revision: revision)))
    } catch {
      throw ImportError(line: line.number, "\(error)")
    }
  }
}

/// What lines may name: records in the log, or in the batch that it gets next.
struct KnownRecords {
  /// The live ones of those that are named by code.
  var codes: [RecordCode: RecordID]
  /// Those of the ones that are named by id.
  var records: Set<RecordID>
}

/// Lines that are ready to be committed.
struct ImportBatch {
  /// Their numbers, in the plan's order.
  let lines: [Int]
  /// About how many lines follow; nil if that is not known.
  let remaining: Int?
  let plan: CommitPlan
  /// All records that the lines make.
  let made: [RecordID: KindNumber]
  /// The live records that the lines make.
  let records: [RecordCode: RecordID]
  /// The records that the lines make or refer to and that the log has not yet.
  let promised: [RecordID: KindNumber]
}
