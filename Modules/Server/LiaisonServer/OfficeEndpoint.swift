internal import LiaisonModel
internal import LiaisonSync

/// The register as one office calls it.
struct OfficeEndpoint: SyncEndpoint {
  let service: SyncService
  let office: OfficeID
  /// Counts for the office while this endpoint is kept.
  let call: Places<OfficeID>.Place
  /// The replica that calls; nil if the office is believed.
  let admitted: AdmittedReplica?

  /// Sends the header, then what changed, batch by batch. A follow goes on with each commit until its
  /// task is cancelled or the server drains, and gives a sign of life if there was none for a while.
  func pull(
    _ request: PullRequest, receive: @escaping @Sendable (PullResponse) async throws -> Void
  ) async throws {
    let header = try await header(for: request)
    service.see(admitted) { sighting, now in
      sighting.version = request.versions.upperBound
      sighting.names(request.cursor, at: now)
      sighting.says(request.report, known: header.known.count, at: now)
      sighting.pulled = now
    }
    try await receive(.header(header))
    // An empty log has nothing to send, but a place.
    let isEmpty = header.head?.position == .zero
    var told = Told(through: header.shared ?? request.cursor ?? (isEmpty ? header.head : nil))
    // A pull that goes on in the middle of another has not had the ids of what is skipped there.
    var since = request.until == nil ? told.position : .zero
    var wasQuiet = false
    while true {
      let next = service.commits.next
      let before = told.position
      // In the quiet each looks for himself: there may be what no signal told of.
      try await drain(
        &told, since: since, request.follow && !wasQuiet ? next.generation : nil, receive)
      since = told.position
      if wasQuiet, told.position == before, let through = told.through {
        try await receive(.batch(PullBatch(changes: [], through: through, remaining: 0)))
      }
      guard request.follow else { return }
      switch await next.wait({ try await service.pause(SyncLimits.heartbeat) }) {
      case .committed: wasQuiet = false
      case .quiet: wasQuiet = true
      case .ended: return
      }
    }
  }

  func push(
    next: @escaping @Sendable () async throws -> PushRequest?,
    receive: @escaping @Sendable (PushResponse) async throws -> Void
  ) async throws {
    while let request = try await next() {
      try await service.check(admitted)
      let verdicts = try await reporting { try await commit(request) }
      service.see(admitted) { sighting, now in
        sighting.names(request.cursor, at: now)
        sighting.pushed = now
        sighting.pushes += 1
        sighting.hasPushed(verdicts)
      }
      try await receive(PushResponse(verdicts: verdicts))
    }
  }
}

// MARK: Pull

extension OfficeEndpoint {
  private func header(for request: PullRequest) async throws -> PullHeader {
    guard request.older.count <= SyncLimits.olderPlaces else { throw CallError.tooLarge }
    guard let version = SyncProtocol.common(request.versions, service.protocols) else {
      throw CallError.otherProtocol
    }
    let places = try await places(of: request, version)
    let status = try await status(
      version, request.register, reached: request.cursor, among: places)
    guard places.isEmpty || status.shared != nil else { throw CallError.otherHistory }
    let shared = status.shared == request.cursor ? nil : status.shared
    guard request.edits.count <= SyncLimits.askedEdits else { throw CallError.tooLarge }
    let edits = Set(request.edits)
    let known = try await service.asking { try await service.log.committed(edits) }
    return PullHeader(
      version: version, register: request.register == nil ? status.register : nil,
      head: request.cursor == status.head ? nil : status.head,
      schema: request.schema == status.filedSchema.mark ? nil : status.filedSchema,
      limits: ServerLimits(batch: service.limit, officeCalls: service.calls.most),
      known: known.map { KnownEdit(edit: $0.key, committed: $0.value.committed) }, shared: shared,
      wanted: status.wanted, role: try await role())
  }

  /// The places that the pull may go on from. A cursor in the middle of a pull is none if the log has lost
  /// what that pull was to bring: with it went what the record was before, which never came.
  private func places(of request: PullRequest, _ version: UInt32) async throws -> [Cursor] {
    let places = [request.cursor].compactMap(\.self) + request.older
    guard let until = request.until else { return places }
    let status = try await status(version, request.register, reached: until, among: [until])
    guard status.shared != until else { return places }
    guard !request.older.isEmpty else { throw CallError.otherHistory }
    return request.older
  }

  /// How much of the log an office has been sent in one call.
  private struct Told {
    var through: Cursor?
    var bytes = 0

    var position: LogPosition { through?.position ?? .zero }

    /// What waits for an office that does not read is no more than a part of what it has read.
    func next(upTo limit: BatchLimit) -> BatchLimit {
      var bytes = Tuning.firstBatchBytes
      while bytes < limit.bytes, bytes <= self.bytes / 4 { bytes *= 2 }
      return BatchLimit(count: limit.count, bytes: min(bytes, limit.bytes))
    }
  }

  /// Sends what there is behind `told`.
  /// - Parameter generation: the commits that a follower knows of, who gets what others like it get; nil
  ///   if the office looks for itself.
  private func drain(
    _ told: inout Told, since: LogPosition, _ generation: Int?,
    _ receive: (PullResponse) async throws -> Void
  ) async throws {
    var remaining: Int?
    while true {
      try await service.check(admitted)
      let batch = try await batch(after: told, since: since, generation)
      guard batch.through.position > told.position else { return }
      // Counted once, when there is more than one batch: counting costs what it counts.
      if !batch.isLast, remaining == nil {
        remaining = try await service.asking { [position = told.position] in
          try await service.log.count(after: position).all
        }
      }
      remaining = remaining.map { max(1, $0 - batch.changes.count) }
      try await receive(
        .batch(
          PullBatch(
            changes: batch.changes, schema: batch.schema, through: batch.through,
            remaining: batch.isLast ? 0 : remaining ?? 1)))
      told.through = batch.through
      service.see(admitted) { sighting, now in
        sighting.sent = batch.through.position
        sighting.pulled = now
      }
      told.bytes += batch.changes.reduce(0) { $0 + $1.bytes.count }
      if batch.isLast { return }
    }
  }

  private func batch(
    after told: Told, since: LogPosition, _ generation: Int?
  ) async throws -> LogBatch {
    let limit = told.next(upTo: service.limit)
    let read = { @Sendable [log = service.log, through = told.through] in
      let position = through?.position ?? .zero
      let batch = try await log.changes(after: position, since: since, limit: limit)
      // Under a server that goes on, another database may take over, and lack what was sent already.
      guard let through else { return batch }
      guard try await log.has(through) else {
        let status = try await log.status(among: [through])
        let isLost = status.shared == nil && !status.isBehind(through)
        throw isLost ? CallError.otherHistory : .notYet
      }
      return batch
    }
    return try await service.asking {
      guard let generation else { return try await read() }
      let place = SharedReading.Place(
        after: told.through, since: since, limit: limit, generation: generation)
      return try await service.following.batch(at: place, read)
    }
  }
}

// MARK: Push

extension OfficeEndpoint {
  /// Commits the edits of one request in one transaction. The verdicts are durable when it returns.
  private func commit(_ request: PushRequest) async throws -> [Verdict] {
    for _ in 0..<Tuning.schemaLooks {
      if let verdicts = try await commitUnlessTheSchemaMoves(request) { return verdicts }
    }
    throw CallError.storeUnavailable
  }

  /// - Returns: nil if the register has another schema than when the edits were read: nothing is decided.
  private func commitUnlessTheSchemaMoves(_ request: PushRequest) async throws -> [Verdict]? {
    let status = try await status(
      request.version, request.register, reached: request.cursor, among: [request.cursor])
    guard status.shared != nil else { throw CallError.otherHistory }
    guard request.edits.count <= service.limit.count else { throw CallError.tooLarge }
    // Read here, in the caller's task: nobody else waits for it.
    let candidates = request.edits.map { CommitRule.Candidate($0, coding: service.coding) }
    let plan = CommitRule(
      office: office, role: try await role(), schema: status.schema, isHealing: status.isHealing,
      read: { [coding = service.coding] in try coding.decode($0) }
    ).plan(candidates)
    let verdicts: [Verdict]
    do {
      verdicts = try await service.asking { [mark = status.filedSchema.mark] in
        try await service.log.commit(plan.question) { facts in
          guard facts.schema == mark else { throw OtherSchema() }
          return plan.decide(facts)
        }
      }
    } catch is OtherSchema {
      return nil
    }
    let isChanged = verdicts.contains { verdict in
      if case .committed = verdict.outcome { true } else { false }
    }
    if isChanged { service.commits.fire() }
    return plan.arranged(verdicts)
  }

  private struct OtherSchema: Error {}

  /// What the office may do now.
  func role() async throws -> Role {
    guard let office = try await service.asking({ try await service.log.office(office) }) else {
      throw CallError.unknownOffice
    }
    return office.role
  }

  /// How the log stands for a caller who speaks `version`.
  /// - Parameters:
  ///   - reached: a place that the caller has come to, or was promised.
  ///   - places: those of the log's that the caller asks for.
  /// - Throws: ``CallError/notYet`` if the log is a standby's that is not as far: what it lacks is not lost.
  func status(
    _ version: UInt32, _ register: RegisterID?, reached: Cursor?, among places: [Cursor]
  ) async throws -> LogStatus {
    let status = try await service.asking {
      let status = try await service.log.status(among: places)
      try status.checkHere()
      return status
    }
    guard service.protocols.contains(version) else { throw CallError.otherProtocol }
    guard register == nil || register == status.register else { throw CallError.otherRegister }
    if let reached, status.isBehind(reached) { throw CallError.notYet }
    return status
  }
}
