internal import LiaisonModel
public import LiaisonSync

/// What was last seen of each replica.
extension PostgresChangeLog {
  public func sightings() async throws -> [ReplicaID: ReplicaSighting] {
    let rows = try await read([Statement(ReplicaSighting.reading)])
    let all = try rows[0].map { row -> (ReplicaID, ReplicaSighting) in
      (try row.value(0), try ReplicaSighting(row))
    }
    return Dictionary(all) { first, _ in first }
  }

  public func put(_ sightings: [ReplicaID: ReplicaSighting]) async throws {
    guard !sightings.isEmpty else { return }
    let statement = ReplicaSighting.putting(sightings.map { ($0.key, $0.value) })
    try await write { _ = try $0.run(statement) }
  }
}

extension ReplicaSighting {
  private static let columns = [
    "replica", "called", "peer", "version", "applied", "sent", "pulled", "pushed", "pushes",
    "went_back", "waiting", "oldest", "conflicts", "client",
  ]

  /// What is not only of who comes last.
  private static let kept = [
    "pushes": "sighting.pushes + excluded.pushes",
    "went_back": "greatest(sighting.went_back, excluded.went_back)",
    "pulled": "coalesce(excluded.pulled, sighting.pulled)",
    "pushed": "coalesce(excluded.pushed, sighting.pushed)",
  ]

  static let reading = "SELECT \(columns.joined(separator: ", ")) FROM sighting"

  /// A row of ``reading``, behind its replica.
  init(_ row: Row) throws {
    self.init(called: try row.time(1), peer: try row.value(2))
    version = try row.number(3)
    applied = try row.position(4)
    sent = try row.position(5)
    pulled = try row.optionalTime(6)
    pushed = try row.optionalTime(7)
    pushes = try row.number(8)
    wentBack = try row.optionalTime(9)
    if !row.hasNull(10) {
      outbox = ReplicaSighting.Outbox(
        waiting: try row.number(10), oldest: try row.optionalTime(11),
        conflicts: try row.number(12))
    }
    client = try row.value(13)
  }

  static func putting(_ sightings: [(ReplicaID, ReplicaSighting)]) -> Statement {
    let values = parameters(sightings)
    let places = (1...values.count).map { "$\($0)" }.joined(separator: ", ")
    // In one order, so that servers that write down the same replicas do not wait for each other in a circle.
    return Statement(
      """
      INSERT INTO sighting (\(columns.joined(separator: ", ")))
      SELECT * FROM unnest(\(places)) AS seen (replica) ORDER BY replica
      ON CONFLICT (replica) DO UPDATE SET
        \(columns.dropFirst().map { "\($0) = \(kept[$0] ?? "excluded.\($0)")" }.joined(separator: ", "))
      """, values)
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
