internal import LiaisonModel
internal import LiaisonSync

/// A change log inside one transaction, which has the register's row locked from its first statement on.
///
/// What it is told to append is sent with the next question or the end: a batch takes two round trips.
final class PostgresLogTransaction: LogTransaction {
  let connection: PostgresConnection
  private let known: KnownRegister
  private let schemas: RegisterSchemas

  /// What is not sent yet.
  private var unsent: [Statement] = []
  private var state: State?

  /// What the register's row holds.
  private struct State {
    var chain: LogChain
    /// Where the register's schema stands.
    var schema: Cursor
    /// Whether the row is behind.
    var hasGrown = false
  }

  init(_ connection: PostgresConnection, _ known: KnownRegister, _ schemas: RegisterSchemas) {
    self.connection = connection
    self.known = known
    self.schemas = schemas
  }

  // MARK: Round trips

  private var opening: [Statement] {
    known.opening + [
      Statement(
        """
        SELECT \(KnownRegister.columns), head, prefix, moved_to
        FROM register FOR UPDATE
        """),
      // Behind the lock: that statement may have waited for who changed it.
      RegisterSchemas.place,
    ]
  }

  /// Whether the register's row is locked, and found to be ours.
  var hasBegun: Bool { state != nil }

  /// Begins, if it has not begun.
  func begin() throws { _ = try ask([]) }

  /// Sends what waits, and some statements behind it.
  /// - Returns: what those answered.
  func ask(_ statements: [Statement]) throws -> [Rows] {
    let opening = state == nil ? opening : []
    let before = opening + unsent
    guard !before.isEmpty || !statements.isEmpty else { return [] }
    unsent = []
    let rows = try connection.run(before + statements)
    if state == nil { state = try state(rows[opening.count - 2], rows[opening.count - 1]) }
    return Array(rows.suffix(statements.count))
  }

  /// - Parameter place: where the register's schema stands.
  private func state(_ rows: Rows, _ place: Rows) throws -> State {
    try known.check(rows.first)
    guard let row = rows.first else { throw KnownRegister.noRegister }
    try KnownRegister.checkIsHere(row, 4)
    let end = Cursor(position: try row.position(2), prefix: try row.value(3))
    return State(chain: known.start.moved(to: end), schema: try RegisterSchemas.place(place))
  }

  /// - Returns: where the log ends, if it has grown.
  func commit() throws -> LogPosition? {
    let state = try opened()
    let end = state.chain.end
    let head = Statement(
      "UPDATE register SET head = $1, prefix = $2, schema_position = $3",
      .one(end.position.number), .one(end.prefix), .one(state.schema.position.number))
    try connection.commit(after: unsent + (state.hasGrown ? [head] : []))
    unsent = []
    return state.hasGrown ? end.position : nil
  }

  private func opened() throws -> State {
    try begin()
    guard let state else { throw KnownRegister.noRegister }
    return state
  }

  // MARK: The log

  func facts(for question: CommitQuestion) throws -> CommitFacts {
    let load = FactsLoad(question)
    let rows = try ask(load.statements)
    var facts = try load.facts(rows)
    facts.schema = try schema().mark
    return facts
  }

  func append(_ decisions: [CommitDecision]) throws -> [Verdict] {
    var state = try opened()
    var batch = AppendedBatch()
    let verdicts = decisions.map { decision -> Verdict in
      switch decision.action {
      case .answer(let outcome): return Verdict(edit: decision.edit, outcome: outcome)
      case .file(let provenance, let filed):
        batch.file(provenance, of: filed.record, at: filed.committed.position)
        return Verdict(edit: decision.edit, outcome: .alreadyCommitted(filed.committed))
      case .append(let addition):
        let cursor = state.chain.append(addition.revision.id)
        state.hasGrown = true
        batch.append(addition, edit: decision.edit, at: cursor)
        let committed = Committed(position: cursor.position, revision: addition.revision.id)
        return Verdict(edit: decision.edit, outcome: .committed(committed))
      }
    }
    unsent += batch.statements
    self.state = state
    return verdicts
  }

  func schema() throws -> FiledSchema {
    let place = try opened().schema
    if let filed = schemas.known(at: place) { return filed }
    return try schemas.read(ask([RegisterSchemas.statement(place)])[0], at: place)
  }

  func append(_ schema: FiledSchema) throws -> Cursor {
    var state = try opened()
    let end = state.chain.append(schema.name)
    state.schema = end
    state.hasGrown = true
    unsent.append(
      Statement(
        "INSERT INTO schema_change (position, prefix, bytes) VALUES ($1, $2, $3)",
        .one(end.position.number), .one(end.prefix), .one(schema.bytes)))
    self.state = state
    return end
  }

  func file(_ record: RecordID, links: Links?, keys: [UniqueKey]?) throws {
    var batch = AppendedBatch()
    batch.file(record, links: links, keys: keys)
    let filed = try ask(batch.filing)
    guard let keys, !keys.isEmpty else { return }
    guard filed.last?.changed == keys.count else {
      throw StoreError.exists("another record holds what is unique")
    }
  }

  func forEachHead(of kind: KindNumber, _ body: (EncodedRevision) throws -> Void) throws {
    _ = try ask([
      Statement(
        """
        DECLARE heads NO SCROLL CURSOR FOR
        SELECT change.revision, change.bytes FROM record
        JOIN change ON change.position = record.head WHERE record.kind = \(kind.number)
        ORDER BY record.record
        """)
    ])
    while true {
      let rows = try ask([Statement("FETCH \(Tuning.importLines) FROM heads")])[0]
      guard rows.count > 0 else { break }
      try rows.forEach { try body(try $0.revision(0, 1)) }
    }
    _ = try ask([Statement("CLOSE heads")])
  }
}
