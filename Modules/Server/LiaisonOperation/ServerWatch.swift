public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// What is known of a server under way, for those who run it.
public final class ServerWatch: Sendable {
  /// Whom it asks.
  public struct Sources: Sendable {
    let store: any OperationReading
    let room: @Sendable () -> DiskRoom?
    let certificates: @Sendable () -> CertificateEnds
    let followers: @Sendable () -> Int
    let now: @Sendable () -> Timestamp
    let pause: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - room: on the disk of the store; nil if the system does not tell, or it is none of this machine's.
    ///   - pause: waits for a time, or until its task is cancelled, and then throws.
    public init(
      store: any OperationReading, room: @escaping @Sendable () -> DiskRoom?,
      certificates: @escaping @Sendable () -> CertificateEnds,
      followers: @escaping @Sendable () -> Int, now: @escaping @Sendable () -> Timestamp,
      pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
      self.store = store
      self.room = room
      self.certificates = certificates
      self.followers = followers
      self.now = now
      self.pause = pause
    }
  }

  /// When the certificates of a server end; nil for one without.
  public struct CertificateEnds: Hashable, Sendable {
    /// The first end of all that are shown to a caller.
    let served: Timestamp?
    let server: Timestamp?
    let authority: Timestamp?

    public init(served: Timestamp?, server: Timestamp?, authority: Timestamp?) {
      self.served = served
      self.server = server
      self.authority = authority
    }
  }

  private struct Asked {
    let at: ContinuousClock.Instant
    let facts: Result<OperationFacts, StoreError>
  }

  public let counted: ServerMetrics
  private let sources: Sources
  private let version: String
  private let phase = Mutex(ServingPhase.starting)
  private let last = Mutex<Asked?>(nil)

  /// - Parameter version: of this program.
  public init(_ sources: Sources, counted: ServerMetrics, version: String) {
    self.sources = sources
    self.counted = counted
    self.version = version
  }

  /// Who drains does not listen again.
  public func enters(_ next: ServingPhase) {
    phase.withLock { phase in
      if phase != .draining { phase = next }
    }
  }

  public func readiness() async -> Readiness { readiness(with: await facts()) }

  private func readiness(with facts: Result<OperationFacts, StoreError>) -> Readiness {
    Readiness(
      phase.withLock { $0 }, store: facts, certificateEnds: sources.certificates().served,
      room: sources.room(), now: sources.now())
  }

  /// All metrics, as Prometheus reads them.
  func metrics() async -> String {
    let facts = await facts()
    let moment = ServerMoment(
      readiness: readiness(with: facts), room: sources.room(), ends: sources.certificates(),
      followers: sources.followers(), process: ProcessFigures.now(), version: version)
    return Exposition.text(
      counted.registry.families() + moment.families + ((try? facts.get())?.families ?? []))
  }

  /// What the store tells, or has told a moment ago.
  private func facts() async -> Result<OperationFacts, StoreError> {
    let known = last.withLock { $0 }
    if let known, ContinuousClock.now - known.at < OperationLimits.age { return known.facts }
    let facts = await ask()
    if case .failure(let error) = facts { counted.storeFailed(error) }
    last.withLock { $0 = Asked(at: .now, facts: facts) }
    return facts
  }

  private func ask() async -> Result<OperationFacts, StoreError> {
    let late = StoreError.io("the store does not answer in time")
    do {
      return .success(
        try await withThrowingTaskGroup(of: OperationFacts.self) { [sources] group in
          defer { group.cancelAll() }
          group.addTask { try await sources.store.operation() }
          group.addTask {
            try await sources.pause(OperationLimits.store)
            throw late
          }
          guard let facts = try await group.next() else { throw late }
          return facts
        })
    } catch let error as StoreError {
      return .failure(error)
    } catch {
      // Whoever asked has gone.
      return .failure(late)
    }
  }
}
