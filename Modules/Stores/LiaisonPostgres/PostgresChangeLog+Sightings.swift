internal import LiaisonModel
public import LiaisonSync

/// What was last seen of each replica.
extension PostgresChangeLog {
  private static let columns = [
    "replica", "called", "peer", "version", "applied", "sent", "pulled", "pushed", "pushes",
    "went_back", "waiting", "oldest", "conflicts", "client",
  ]

  public func sightings() async throws -> [ReplicaID: ReplicaSighting] {
    let columns = Self.columns.joined(separator: ", ")
    let rows = try await read([Statement("SELECT \(columns) FROM sighting")])
    let all = try rows[0].map { row -> (ReplicaID, ReplicaSighting) in
      var sighting = ReplicaSighting(called: try row.time(1), peer: try row.value(2))
      sighting.version = try row.number(3)
      sighting.applied = try row.position(4)
      sighting.sent = try row.position(5)
      sighting.pulled = try row.optionalTime(6)
      sighting.pushed = try row.optionalTime(7)
      sighting.pushes = try row.number(8)
      sighting.wentBack = try row.optionalTime(9)
      if !row.hasNull(10) {
        sighting.outbox = ReplicaSighting.Outbox(
          waiting: try row.number(10), oldest: try row.optionalTime(11),
          conflicts: try row.number(12))
      }
      sighting.client = try row.value(13)
      return (try row.value(0), sighting)
    }
    return Dictionary(all) { first, _ in first }
  }

  public func put(_ sightings: [ReplicaID: ReplicaSighting]) async throws {
    guard !sightings.isEmpty else { return }
    let values = Self.parameters(sightings.map { ($0.key, $0.value) })
    let places = (1...values.count).map { "$\($0)" }.joined(separator: ", ")
    let seen = Self.columns.dropFirst()
    let statement = Statement(
      """
      INSERT INTO sighting (\(Self.columns.joined(separator: ", ")))
      SELECT * FROM unnest(\(places))
      ON CONFLICT (replica) DO UPDATE SET
        \(seen.map { "\($0) = excluded.\($0)" }.joined(separator: ", "))
      """, values)
    try await write { _ = try $0.run(statement) }
  }

  /// In the order of the columns.
  private static func parameters(
    _ all: [(id: ReplicaID, seen: ReplicaSighting)]
  ) -> [Statement.Parameter] {
    [
      .all(all.map(\.id)), .all(all.map(\.seen.called.milliseconds)), .all(all.map(\.seen.peer)),
      .all(all.map { Int64($0.seen.version) }), .all(all.map(\.seen.applied.number)),
      .all(all.map(\.seen.sent.number)), .some(all.map(\.seen.pulled?.milliseconds)),
      .some(all.map(\.seen.pushed?.milliseconds)), .all(all.map { Int64($0.seen.pushes) }),
      .some(all.map(\.seen.wentBack?.milliseconds)),
      .some(all.map { $0.seen.outbox.map { Int64($0.waiting) } }),
      .some(all.map(\.seen.outbox?.oldest?.milliseconds)),
      .some(all.map { $0.seen.outbox.map { Int64($0.conflicts) } }), .all(all.map(\.seen.client)),
    ]
  }
}
