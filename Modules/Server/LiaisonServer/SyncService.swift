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
  let commits = CommitSignal()
  let following = SharedReading()
  let calls: OfficeCalls

  /// - Parameters:
  ///   - limit: what one message holds, either way. Callers are told in the header.
  ///   - officeCalls: calls of one office at once. Callers are told in the header.
  ///   - protocols: those that it speaks.
  ///   - pause: waits for a time, or until its task is cancelled, and then throws.
  ///   - report: is told why the store could not answer; a caller only learns that it could not.
  public init(
    log: any ChangeLog, coding: any RevisionCoding, limit: BatchLimit = BatchLimit(),
    officeCalls: Int = SyncLimits.officeCalls,
    protocols: ClosedRange<UInt32> = SyncProtocol.spoken,
    pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    report: @escaping @Sendable (StoreError) -> Void = { _ in }
  ) {
    self.log = log
    self.coding = coding
    self.limit = limit
    self.protocols = protocols
    calls = OfficeCalls(most: officeCalls)
    self.pause = pause
    self.report = report
  }

  /// The register as this office may call it. It counts as a call of the office while it is kept.
  /// - Throws: ``CallError/unknownOffice``, also if the call names no office;
  ///   ``CallError/tooManyCalls``.
  public func endpoint(for office: OfficeID?) async throws -> any SyncEndpoint {
    guard let office, try await asking({ try await log.office(office) }) != nil else {
      throw CallError.unknownOffice
    }
    return OfficeEndpoint(service: self, office: office, call: try calls.begin(of: office))
  }

  /// How many callers follow the log and wait for the next commit.
  public var followers: Int { commits.waiters }

  /// Ends every follow, now and later, so that a server can drain.
  public func stopFollowing() { commits.close() }

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
