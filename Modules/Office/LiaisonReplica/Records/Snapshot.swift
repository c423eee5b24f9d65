internal import LiaisonModel
internal import LiaisonSync

/// A replica at one moment with its schema: what a person's words lead to.
struct Snapshot {
  let reader: any ReplicaReader
  let identity: ReplicaIdentity
  let schema: Schema
  let coding: any RevisionCoding

  /// - Throws: ``ReplicaError/empty`` if the replica has not pulled yet.
  init(_ reader: any ReplicaReader, coding: any RevisionCoding) throws {
    self.reader = reader
    self.coding = coding
    identity = try reader.identity()
    guard let schema = identity.schema else { throw ReplicaError.empty }
    self.schema = schema
  }

  /// - Throws: ``ReplicaError/unknownKind(_:known:)``.
  func kind(named name: String) throws -> Kind {
    guard let kind = schema.kind(named: name) else {
      throw ReplicaError.unknownKind(name, known: schema.kinds.map(\.name))
    }
    return kind
  }

  /// - Throws: ``ReplicaError/unknownField(_:kind:known:)``.
  func field(named name: String, of kind: Kind) throws -> FieldDefinition {
    guard let field = kind.field(named: name) else {
      throw ReplicaError.unknownField(name, kind: kind.name, known: kind.current.map(\.name))
    }
    return field
  }

  /// Nil for a record of a kind that the schema does not have.
  /// - Parameter fields: what its revisions are to hold, to look at them; nil for all.
  func record(_ stored: StoredRecord, reading fields: Set<FieldNumber>? = nil) throws -> Record? {
    try Record(stored, schema: schema, coding: coding, reading: fields)
  }

  /// The records with a code or an id, as a person wrote it: those that have the code before those
  /// that had it, live ones before deleted ones; only the first of these ranks that has any.
  /// - Throws: ``ReplicaError/unknownRecord(_:)``, ``ReplicaError/notACode(_:)``.
  func records(_ reference: String) throws -> [Record] {
    let found: [StoredRecord]
    if let id = RecordID(text: reference) {
      found = try reader.record(id).map { [$0] } ?? []
    } else if let code = RecordCode(typed: reference) {
      found = try reader.records(code: code)
    } else {
      throw ReplicaError.notACode(reference)
    }
    let records = try found.compactMap { try record($0) }
    let live = records.filter { !$0.isDeleted }
    let ranks = [live.filter { $0.code.text == reference.uppercased() }, live, records]
    guard let chosen = ranks.first(where: { !$0.isEmpty }) else {
      throw ReplicaError.unknownRecord(reference)
    }
    return chosen
  }

  /// The one record with a code or an id.
  /// - Throws: ``ReplicaError/ambiguousCode(_:records:)`` if several have the code.
  func record(_ reference: String) throws -> Record {
    let records = try records(reference)
    guard records.count == 1, let record = records.first else {
      throw ReplicaError.ambiguousCode(reference, records: records.map(\.id))
    }
    return record
  }

  func codes(of records: Set<RecordID>) throws -> Codes {
    records.isEmpty ? Codes(known: [:]) : Codes(known: try reader.summaries(of: records))
  }

  /// What is in the outbox, oldest first.
  func pending() throws -> [Record] {
    try reader.outbox().compactMap { try reader.record($0.record).flatMap { try record($0) } }
  }

  /// The conflict that a record is in; nil if it is in none.
  func conflict(of record: Record) throws -> Conflict? {
    guard record.isConflict else { return nil }
    return Conflict(record, schema: schema, holder: try holder(of: record))
  }

  /// The conflict of the record with a code or an id.
  /// - Throws: ``ReplicaError/notInConflict(_:)``.
  func conflict(_ reference: String) throws -> Conflict {
    let records = try records(reference).filter(\.isConflict)
    let record = try records.count == 1 ? records[0] : record(reference)
    guard let conflict = try conflict(of: record) else {
      throw ReplicaError.notInConflict(record.code)
    }
    return conflict
  }

  /// The register's revision of another record, if it has there the code that this one wants.
  private func holder(of record: Record) throws -> Revision? {
    for stored in try reader.records(code: record.code) where stored.id != record.id {
      guard let head = try self.record(stored)?.head else { continue }
      if head.state.code == record.code, !head.state.isDeleted { return head }
    }
    return nil
  }

  /// The codes of the records here that refer to a record, in their order.
  func referring(to record: RecordID) throws -> [RecordCode] {
    var codes: [RecordCode] = []
    try reader.forEachRecord(referringTo: record) { stored in
      if let other = try self.record(stored), other.id != record,
        other.visible.state.references.contains(record)
      {
        codes.append(other.code)
      }
      return true
    }
    return codes.sorted()
  }
}
