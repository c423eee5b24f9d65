internal import GRDB
internal import LiaisonModel
internal import LiaisonSync

/// What was last seen of each replica; its layout stands in ``RosterTable``.
struct SightingTable {
  let db: Database

  func all() throws -> [ReplicaID: ReplicaSighting] {
    let rows = try PreparedStatement(
      db,
      """
      SELECT replica, called, peer, version, applied, sent, pulled, pushed, pushes, went_back,
        waiting, oldest, conflicts, client
      FROM sighting
      """
    ).all { row -> (ReplicaID, ReplicaSighting) in
      var sighting = ReplicaSighting(called: try row.time(1), peer: try row.value(2))
      sighting.version = try row.value(3)
      sighting.applied = LogPosition(try row.value(4))
      sighting.sent = LogPosition(try row.value(5))
      sighting.pulled = try row.optionalTime(6)
      sighting.pushed = try row.optionalTime(7)
      sighting.pushes = try row.value(8)
      sighting.wentBack = try row.optionalTime(9)
      sighting.outbox = try (row.value(10) as Int?).map {
        ReplicaSighting.Outbox(
          waiting: $0, oldest: try row.optionalTime(11), conflicts: try row.value(12))
      }
      sighting.client = try row.value(13)
      return (try row.value(0), sighting)
    }
    return Dictionary(rows) { first, _ in first }
  }

  func put(_ sighting: ReplicaSighting, of replica: ReplicaID) throws {
    try PreparedStatement(
      db,
      """
      INSERT INTO sighting
        (replica, called, peer, version, applied, sent, pulled, pushed, pushes, went_back,
        waiting, oldest, conflicts, client)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (replica) DO UPDATE SET
        called = excluded.called, peer = excluded.peer, version = excluded.version,
        applied = excluded.applied, sent = excluded.sent,
        pulled = coalesce(excluded.pulled, pulled), pushed = coalesce(excluded.pushed, pushed),
        pushes = pushes + excluded.pushes,
        went_back = coalesce(max(went_back, excluded.went_back), went_back, excluded.went_back),
        waiting = excluded.waiting, oldest = excluded.oldest, conflicts = excluded.conflicts,
        client = excluded.client
      """
    ).bound(
      replica, sighting.called.milliseconds, sighting.peer, sighting.version,
      sighting.applied.number, sighting.sent.number, sighting.pulled?.milliseconds,
      sighting.pushed?.milliseconds, sighting.pushes, sighting.wentBack?.milliseconds,
      sighting.outbox?.waiting, sighting.outbox?.oldest?.milliseconds, sighting.outbox?.conflicts,
      sighting.client
    ).run()
  }
}
