public import LiaisonModel
public import LiaisonSync

/// The server's use cases, without the wire: it orders edits and hands out what changed.
///
/// It keeps no session between calls, so that every call can be made again.
public struct SyncService: SyncListener {
  let log: any ChangeLog
  let coding: any RevisionCoding
  let limit: BatchLimit
  let protocols: ClosedRange<UInt32>
  let pause: @Sendable (Duration) async throws -> Void
  let report: @Sendable (StoreError) -> Void
  let committed: @Sendable (CommitReport) -> Void
  let commits = CommitSignal()
  let following = SharedReading()
  let calls: Places<OfficeID>
  let admission: Admission?
  let sightings = Sightings()
  let pulse: Pulse

  /// - Parameters:
  ///   - limit: what one message holds, either way. Callers are told in the header.
  ///   - admission: lets replicas in by their certificates; nil for a server that believes its callers.
  ///   - officeCalls: calls of one office at once. Callers are told in the header.
  ///   - protocols: those that it speaks.
  ///   - pause: waits for a time, or until its task is cancelled, and then throws.
  ///   - uptime: the time since some moment.
  ///   - report: is told why the store could not answer; a caller only learns that it could not.
  ///   - committed: is told of each request with edits.
  public init(
    log: any ChangeLog, coding: any RevisionCoding, limit: BatchLimit = BatchLimit(),
    admission: Admission? = nil, officeCalls: Int = SyncLimits.officeCalls,
    protocols: ClosedRange<UInt32> = SyncProtocol.spoken,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    uptime: @escaping @Sendable () -> Duration = SyncService.stopwatch(),
    report: @escaping @Sendable (StoreError) -> Void = { _ in },
    committed: @escaping @Sendable (CommitReport) -> Void = { _ in }
  ) {
    self.log = log
    self.coding = coding
    self.limit = limit
    self.protocols = protocols
    self.admission = admission
    calls = Places(most: officeCalls)
    self.pause = pause
    pulse = Pulse(now: uptime)
    self.report = report
    self.committed = committed
  }

  /// The register as this caller may use it. It counts as a call of the office while it is kept.
  /// - Throws: ``CallError/unknownOffice``, also if the call names no office;
  ///   ``CallError/notAdmitted(_:)``, ``CallError/tooManyCalls``.
  public func endpoint(for caller: Caller) async throws -> any SyncEndpoint {
    switch (caller, admission) {
    case (.certificate(let certificate, let peer), let admission?):
      let replica = try await asking {
        try await admission.replica(presenting: certificate, from: peer)
      }
      return OfficeEndpoint(
        service: self, office: replica.office, call: try call(of: replica.office),
        admitted: AdmittedReplica(
          id: replica.id, name: replica.name, certificate: certificate, peer: peer,
          admission: admission))
    case (.claimed(let office), nil): return try await endpoint(for: office)
    case (.certificate, nil), (.claimed, _?): throw CallError.notAdmitted(.notEnrolled)
    }
  }

  /// The register as an office may call it that is believed.
  public func endpoint(for office: OfficeID?) async throws -> any SyncEndpoint {
    guard let office, try await asking({ try await log.office(office) }) != nil else {
      throw CallError.unknownOffice
    }
    return OfficeEndpoint(
      service: self, office: office, call: try call(of: office), admitted: nil)
  }

  /// - Throws: ``CallError/tooManyCalls``.
  private func call(of office: OfficeID) throws(CallError) -> Places<OfficeID>.Place {
    guard let call = calls.take(office) else { throw .tooManyCalls }
    return call
  }

  public func enrolment(for caller: Caller) async throws -> any EnrolEndpoint {
    guard let admission, case .certificate(let certificate, let peer) = caller,
      !certificate.isEmpty
    else {
      throw CallError.notAdmitted(.notEnrolled)
    }
    return EnrolDesk(
      service: self, admission: admission, certificate: certificate, peer: peer,
      desk: try admission.desk())
  }

  /// Whether a caller may go on.
  /// - Throws: ``CallError/notAdmitted(_:)``.
  func check(_ admitted: AdmittedReplica?) async throws {
    guard let admitted else { return }
    try await asking { try await admitted.admission.check(admitted) }
  }

  /// Notes what is seen of a caller.
  func see(_ admitted: AdmittedReplica?, _ change: (inout ReplicaSighting, Timestamp) -> Void) {
    guard let admitted else { return }
    let now = admitted.admission.now()
    sightings.see(admitted.id, from: admitted.peer, at: now) { change(&$0, now) }
  }

  /// Writes down what was seen of replicas, so far as it is not. In a standby it waits until that is one no more.
  public func writeSightings(to roster: any ReplicaRoster) async throws {
    guard try await !asking({ try await log.status().isStandby }) else { return }
    let seen = sightings.take()
    do {
      try await asking { try await roster.put(seen) }
    } catch {
      sightings.putBack(seen)
      throw error
    }
  }

  /// How many callers follow the log and wait for the next commit.
  public var followers: Int { commits.waiters }

  /// Wakes those who follow when replicas, invitations or offices have changed, so that a revocation ends
  /// their calls, and writes down now and then what is seen of replicas. Until its task is cancelled.
  public func watchRoster(_ roster: any ReplicaRoster) async throws {
    var (last, rounds) = (Int?.none, 0)
    await loadSightings(roster)
    while true {
      rounds += 1
      if rounds % SyncLimits.sightingRounds == 0 {
        try? await writeSightings(to: roster)
        // Another server may have seen more.
        await loadSightings(roster)
      }
      let now = try? await asking { try await roster.generation() }
      // What fails here is reported, and tried again.
      if let now, now != last {
        if last != nil { commits.fire() }
        last = now
      }
      try await pause(SyncLimits.rosterPause)
    }
  }

  private func loadSightings(_ roster: any ReplicaRoster) async {
    if let known = try? await asking({ try await roster.sightings() }) { sightings.load(known) }
  }

  /// Wakes those who follow when another server has committed, until its task is cancelled.
  public func watchHead(of store: any RegisterStore) async throws {
    try await store.watchHead { [commits] in commits.fire() }
  }

  /// Ends every follow, now and later, and says that it serves no more, so that a server can drain.
  public func stopFollowing() {
    pulse.drain()
    commits.close()
  }

  /// Asks the log.
  /// - Throws: ``CallError/storeUnavailable`` if it fails.
  func asking<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as StoreError {
      report(error)
      throw CallError.storeUnavailable
    }
  }
}

/// A replica that calls.
struct AdmittedReplica: Sendable {
  let id: ReplicaID
  let name: String
  let certificate: [UInt8]
  let peer: String
  let admission: Admission
}

/// What lets replicas in, as one caller reaches it.
private struct EnrolDesk: EnrolEndpoint {
  let service: SyncService
  let admission: Admission
  let certificate: [UInt8]
  let peer: String
  /// Taken while this is kept.
  let desk: Admission.Desk

  func enrol(_ request: EnrolRequest) async throws -> Enrolment {
    try await service.asking {
      try await admission.enrol(request, presenting: certificate, from: peer)
    }
  }

  func renew(_ request: RenewRequest) async throws -> Enrolment {
    guard SyncProtocol.spoken.contains(request.version) else { throw CallError.otherProtocol }
    return try await service.asking {
      try await admission.renew(presenting: certificate, from: peer)
    }
  }
}
