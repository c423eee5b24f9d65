internal import LiaisonModel
internal import LiaisonSync

extension OperationFacts {
  /// Replicas that may not call any more are counted, and not told of.
  var families: [MetricFamily] {
    let admitted = replicas.filter { $0.replica.revoked == nil }
    let states = [("admitted", admitted.count), ("revoked", replicas.count - admitted.count)]
    return [
      .single("liaison_log_position", "The log's last position.", Double(head.number)),
      .single("liaison_schema_version", "The version of the schema.", Double(schemaVersion)),
      .single(
        "liaison_healing_open", "Whether offices may hand back what others wrote.", isHealing),
      .single(
        "liaison_revisions_missing", "Revisions that stand behind others and are lost.",
        Double(missing)),
      MetricFamily(
        "liaison_replicas", .gauge, help: "Replicas that were let in.",
        states.map { MetricSample(Double($1), [MetricLabel("state", $0)]) }),
    ] + backups + Self.replicaFamilies(admitted, head) + Self.outboxFamilies(admitted)
  }

  private var backups: [MetricFamily] {
    guard let backup else { return [] }
    return [
      .single(
        "liaison_backup_last_verified_timestamp_seconds",
        "When a backup was last opened and held against the log.", backup.time.seconds),
      .single(
        "liaison_backup_last_verified_position", "Up to where that backup has the log.",
        Double(backup.position.number)),
    ]
  }

  private static func replicaFamilies(
    _ replicas: [SeenReplica], _ head: LogPosition
  ) -> [MetricFamily] {
    func family(
      _ name: String, _ help: String, _ kind: MetricFamily.Kind = .gauge,
      _ value: (SeenReplica) -> Double?
    ) -> MetricFamily { replicas.family(name, help, kind, value) }
    return [
      family("enrolled_timestamp_seconds", "When the replica was let in.") {
        $0.replica.enrolled.seconds
      },
      family("last_call_timestamp_seconds", "The replica's last call.") {
        $0.sighting?.called.seconds
      },
      family("last_sync_timestamp_seconds", "When the replica last pulled or pushed.") {
        $0.synced?.seconds
      },
      family("lag_changes", "Positions of the log that the replica has not been sent.") {
        Double($0.lag(behind: head))
      },
      family("applied_position", "Up to where the replica has applied the log, by its last call.") {
        $0.sighting.map { Double($0.applied.number) }
      },
      family("pushes_total", "Requests with edits of the replica.", .counter) {
        $0.sighting.map { Double($0.pushes) }
      },
      family("certificate_expiry_timestamp_seconds", "When the replica's certificate ends.") {
        $0.replica.expires.seconds
      },
      family("went_back_timestamp_seconds", "When the replica last named an older place.") {
        $0.sighting?.wentBack?.seconds
      },
    ].filter { !$0.samples.isEmpty }
  }
}

extension OperationFacts {
  /// What the replicas said of themselves with their last pull.
  private static func outboxFamilies(_ replicas: [SeenReplica]) -> [MetricFamily] {
    [
      replicas.family("outbox_edits", "Edits that wait in the replica, as it last said.") {
        ($0.sighting?.outbox?.waiting).map { Double($0) }
      },
      replicas.family(
        "outbox_oldest_timestamp_seconds", "When the oldest of those edits was made."
      ) { $0.sighting?.outbox?.oldest?.seconds },
      replicas.family("conflicts", "Conflicts that are open in the replica, as it last said.") {
        ($0.sighting?.outbox?.conflicts).map { Double($0) }
      },
    ].filter { !$0.samples.isEmpty }
  }
}

extension [SeenReplica] {
  fileprivate func family(
    _ name: String, _ help: String, _ kind: MetricFamily.Kind = .gauge,
    _ value: (SeenReplica) -> Double?
  ) -> MetricFamily {
    MetricFamily(
      "liaison_replica_" + name, kind, help: help,
      compactMap { seen in value(seen).map { MetricSample($0, seen.labels) } })
  }
}

extension SeenReplica {
  fileprivate var labels: [MetricLabel] {
    [MetricLabel("office", replica.office.text), MetricLabel("replica", replica.name)]
  }
}
