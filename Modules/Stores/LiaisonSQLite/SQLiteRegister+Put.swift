internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

extension SQLiteRegister {
  /// Adds a part to a register that is being made, in a transaction.
  static func put(_ part: RegisterPart, into db: Database) throws {
    let roster = RosterTable(db: db)
    switch part {
    case .register(let row): try put(row, db)
    case .schemas(let rows): try put(rows, db)
    case .entries(let rows): try put(rows, db)
    case .absorbed(let rows):
      let insert = try PreparedStatement(db, "INSERT INTO absorbed (edit, position) VALUES (?, ?)")
      for row in rows { try insert.bound(row.edit, row.position.number).run() }
    case .ancestors(let rows):
      let insert = try PreparedStatement(
        db, "INSERT INTO ancestor (record, revision, position, bytes) VALUES (?, ?, ?, ?)")
      for row in rows {
        try insert.bound(row.record, row.revision.id, row.position.number, row.revision.bytes).run()
      }
    case .wanted(let rows):
      let insert = try PreparedStatement(
        db, "INSERT INTO wanted (record, revision, position) VALUES (?, ?, ?)")
      for row in rows { try insert.bound(row.record, row.revision, row.position.number).run() }
    case .heads(let rows): try put(rows, db)
    case .links(let rows):
      let insert = try PreparedStatement(
        db, "INSERT INTO link (record, field, targets) VALUES (?, ?, ?)")
      for row in rows { try insert.bound(row.record, row.field.number, row.targets.blob).run() }
    case .keys(let rows):
      let insert = try PreparedStatement(db, "INSERT INTO unique_key (record, key) VALUES (?, ?)")
      for row in rows { try insert.bound(row.record, row.key).run() }
    case .offices(let rows): for row in rows { try roster.put(row) }
    case .replicas(let rows): for row in rows { try roster.put(row) }
    case .invitations(let rows): for row in rows { try roster.put(row) }
    case .sightings(let rows):
      for row in rows { try SightingTable(db: db).put(row.seen, of: row.replica) }
    case .audit(let rows): for row in rows { try roster.note(row) }
    }
  }

  private static func put(_ row: RegisterPart.Register, _ db: Database) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO register (id, register, is_healing, roster, schema, schema_position)
      VALUES (1, ?, ?, ?, ?, ?)
      """
    ).bound(row.id, row.isHealing, row.generation, row.schema, row.schemaPosition.number).run()
    try row.standing?.insert(into: db)
  }

  private static func put(_ rows: [RegisterPart.Schema], _ db: Database) throws {
    let insert = try PreparedStatement(
      db, "INSERT INTO schema_change (position, prefix, bytes) VALUES (?, ?, ?)")
    for row in rows {
      try insert.bound(row.cursor.position.number, row.cursor.prefix, row.bytes).run()
    }
  }

  private static func put(_ rows: [RegisterPart.Entry], _ db: Database) throws {
    let insert = try PreparedStatement(
      db,
      """
      INSERT INTO change
        (position, prefix, before, record, revision, edit, handed_back_by, bytes)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """)
    for row in rows {
      try insert.bound(
        row.cursor.position.number, row.cursor.prefix, row.before?.number, row.record,
        row.revision.id, row.edit, row.handedBackBy?.text, row.revision.bytes
      ).run()
    }
  }

  private static func put(_ rows: [RegisterPart.Head], _ db: Database) throws {
    let insert = try PreparedStatement(
      db, "INSERT INTO record (record, kind, code, is_deleted, head) VALUES (?, ?, ?, ?, ?)")
    for row in rows {
      let summary = row.summary
      try insert.bound(
        summary.record, summary.kind.number, summary.code.text, summary.isDeleted,
        row.position.number
      ).run()
    }
  }
}
