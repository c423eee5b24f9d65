public import LiaisonModel
public import LiaisonSync

/// The server's rules, without the wire: it orders edits and hands out what changed.
///
/// It keeps no session between calls, so that every call can be made again.
public actor SyncService {
  private let log: any ChangeLog
  private let coding: any RevisionCoding
  private let limit: BatchLimit
  private nonisolated let commits = CommitSignal()

  /// - Parameter limit: what one message holds, either way. Callers are told in the header.
  public init(
    log: any ChangeLog, coding: any RevisionCoding, limit: BatchLimit = BatchLimit()
  ) {
    self.log = log
    self.coding = coding
    self.limit = limit
  }

  /// - Throws: ``ServiceError`` `.unknownOffice` where the register has no such office.
  public func authenticate(_ id: OfficeID) async throws {
    guard try await log.office(id) != nil else {
      throw ServiceError(.unknownOffice, "the register has no office \(id)")
    }
  }

  /// The header of a pull.
  /// - Throws: ``ServiceError`` where the caller may not go on with this register.
  public func header(for request: PullRequest) async throws -> PullHeader {
    let status = try await log.status()
    try check(version: request.version, register: request.register, status)
    if let cursor = request.cursor {
      guard cursor.lineage == status.head.lineage else {
        throw ServiceError(
          .otherLineage, "this register was restored from a backup since the caller's last sync")
      }
      guard cursor.position <= status.head.position else {
        throw ServiceError(.otherLineage, "this register has lost changes that the caller has")
      }
    }
    let isOlder = request.schemaVersion < status.schema.version
    return PullHeader(
      register: status.register, head: status.head, schemaVersion: status.schema.version,
      schema: isOlder ? status.schema : nil,
      limits: ServerLimits(batchBytes: limit.bytes, batchCount: limit.count))
  }

  /// Hands over what changed after `position`, batch by batch; with `follow` it goes on with each
  /// commit until the caller is cancelled or the server drains.
  public func changes(
    after position: LogPosition, follow: Bool,
    _ send: (LogBatch, _ remaining: Int) async throws -> Void
  ) async throws {
    var through = position
    while true {
      let signal = commits.next
      through = try await drain(after: through, send)
      guard follow, await signal.wait() else { return }
    }
  }

  private func drain(
    after position: LogPosition,
    _ send: (LogBatch, _ remaining: Int) async throws -> Void
  ) async throws -> LogPosition {
    var through = position
    var remaining: Int?
    while true {
      let batch = try await log.changes(after: through, limit: limit)
      guard batch.through > through else { return through }
      if !batch.isLast, remaining == nil { remaining = try await log.count(after: through) }
      remaining = remaining.map { max(0, $0 - batch.items.count) }
      try await send(batch, batch.isLast ? 0 : remaining ?? 0)
      through = batch.through
      if batch.isLast { return through }
    }
  }

  /// Commits a batch of edits in one transaction. The verdicts are durable when it returns.
  public func commit(_ batch: PushRequest, from office: OfficeID) async throws -> [Verdict] {
    let status = try await log.status()
    try check(version: batch.version, register: batch.register, status)
    guard batch.lineage == status.head.lineage else {
      throw ServiceError(.otherLineage, "this register was restored since the caller's last pull")
    }
    guard batch.edits.count <= limit.count else {
      throw ServiceError(.tooLarge, "a batch holds more than \(limit.count) edits")
    }
    let rule = CommitRule(office: office, coding: coding)
    let candidates = batch.edits.map(candidate)
    let verdicts = try await log.write { transaction in
      try rule.decide(candidates, in: transaction)
    }
    let isChanged = verdicts.contains {
      if case .committed = $0.outcome { true } else { false }
    }
    if isChanged { commits.fire() }
    return verdicts
  }

  /// How many callers follow the log and wait for the next commit.
  public nonisolated var followers: Int { commits.waiters }

  /// Ends every `follow`, so that a server can drain.
  public nonisolated func stopFollowing() { commits.close() }

  private func check(version: UInt32, register: RegisterID?, _ status: LogStatus) throws {
    guard version == SyncProtocol.version else {
      throw ServiceError(
        .otherProtocol,
        "this server speaks version \(SyncProtocol.version) of the protocol, the caller \(version)")
    }
    guard register == nil || register == status.register else {
      throw ServiceError(.otherRegister, "this server holds another register than the caller's")
    }
  }

  private nonisolated func candidate(_ edit: Edit) -> CommitRule.Candidate {
    do {
      let revision = try coding.decode(edit.bytes)
      let encoded = EncodedRevision(id: coding.id(of: edit.bytes), bytes: edit.bytes)
      return .init(
        edit: edit.id, content: .success(.init(encoded: encoded, revision: revision)))
    } catch {
      return .init(edit: edit.id, content: .failure(Refusal(.malformed, "\(error)")))
    }
  }
}

/// Why a call failed as a whole.
public struct ServiceError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable {
      case unknownOffice, otherRegister, otherLineage, otherProtocol, tooLarge
    }
    private let name: Name
    public static let unknownOffice = Code(name: .unknownOffice)
    public static let otherRegister = Code(name: .otherRegister)
    public static let otherLineage = Code(name: .otherLineage)
    public static let otherProtocol = Code(name: .otherProtocol)
    public static let tooLarge = Code(name: .tooLarge)
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
