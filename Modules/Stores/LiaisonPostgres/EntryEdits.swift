internal import LiaisonModel
internal import LiaisonSync

/// The ids that some entries of the log are filed under.
struct EntryEdits {
  private var ids: [LogPosition: EditIDs] = [:]

  /// Columns of a row of `change`: its edit, and whether others count with it, behind the position $4.
  static let columns = """
    change.edit, coalesce(change.before > $4, false)
      OR EXISTS (SELECT 1 FROM absorbed WHERE absorbed.position = change.position)
    """

  /// - Parameters:
  ///   - rows: each with its position first.
  ///   - column: the first of ``columns``.
  ///   - since: a record's entries behind this position count with its last one; nil if only that does.
  init(
    _ rows: Rows, from column: Int, since: LogPosition?, _ connection: PostgresConnection
  ) throws {
    var many: [LogPosition] = []
    try rows.forEach { row in
      // Without one, an entry is a record's first and has taken nothing in.
      guard let edit = try row.optional(column) as EditID? else { return }
      let position = try row.position(0)
      ids[position] = EditIDs(edit)
      if try row.value(column + 1) { many.append(position) }
    }
    if !many.isEmpty { try load(many, since, connection) }
  }

  subscript(position: LogPosition) -> EditIDs? { ids[position] }

  /// The latest ``SyncLimits/changeEdits`` of each, from its last entry back.
  private mutating func load(
    _ positions: [LogPosition], _ since: LogPosition?, _ connection: PostgresConnection
  ) throws {
    let rows = try connection.run(
      Statement(
        """
        WITH RECURSIVE entries (last, position, edit, before, depth) AS (
          SELECT position, position, edit, before, 0 FROM change WHERE position = ANY ($1)
          UNION ALL SELECT last, change.position, change.edit, change.before, depth + 1
          FROM entries JOIN change ON change.position = entries.before
          WHERE entries.before > $2 AND depth < $3
        )
        SELECT last, position, edit,
          ARRAY (SELECT absorbed.edit FROM absorbed WHERE absorbed.position = entries.position
            ORDER BY absorbed.edit DESC LIMIT $3)
        FROM entries ORDER BY last, position DESC
        """, .all(positions.map(\.number)), .one(since?.number ?? .max),
        .one(Int64(SyncLimits.changeEdits))))
    var others: [LogPosition: [EditID]] = [:]
    try rows.forEach { row in
      let (last, position) = (try row.position(0), try row.position(1))
      var known = others[last] ?? []
      guard known.count < SyncLimits.changeEdits || position == last else { return }
      if position != last, let edit = try row.optional(2) as EditID? { known.insert(edit, at: 0) }
      others[last] = (try row.all(3) as [EditID]).reversed() + known
    }
    for (position, others) in others {
      guard let edit = ids[position]?.edit else { continue }
      ids[position] = EditIDs(edit, absorbed: others.suffix(SyncLimits.changeEdits))
    }
  }
}
