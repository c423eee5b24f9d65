public import LiaisonModel
internal import LiaisonServer
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

  private typealias Facts = Result<OperationFacts, StoreError>

  private struct Told {
    let facts: Facts
    let at = ContinuousClock.now

    var isFresh: Bool { ContinuousClock.now - at < OperationLimits.age }
  }

  /// A look at the store: one at most is under way.
  private enum Look {
    case none
    case underWay
    /// Somebody has waited for it as long as one may: nobody waits for it any more.
    case late
  }

  private struct State {
    var look = Look.none
    /// What is known of the store.
    var told: Told?
  }

  private static let late = Facts.failure(.io("the store does not answer in time"))

  public let counted: ServerMetrics
  private let sources: Sources
  private let version: String
  private let phase = Mutex(ServingPhase.starting)
  private let state = Mutex(State())
  /// Rings when something else is known of the store.
  private let news = CommitSignal()

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

  private func readiness(with facts: Facts) -> Readiness {
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

  /// What the store tells, or has told a moment ago. It is waited for only so long, whatever the store does.
  private func facts() async -> Facts {
    let next = news.next
    let (known, mustLook) = state.withLock { state -> (Facts?, Bool) in
      if let told = state.told, told.isFresh || state.look == .late { return (told.facts, false) }
      defer { state.look = .underWay }
      return (nil, state.look == .none)
    }
    if let known { return known }
    // A call of a database's library cannot be cut off: it may outlast whoever asks.
    if mustLook { Task { await look() } }
    let wake = await next.wait { [sources] in try await sources.pause(OperationLimits.store) }
    switch wake {
    case .committed: break
    case .quiet: giveUp()
    // Whoever asked has gone.
    case .ended: return Self.late
    }
    return state.withLock { $0.told?.facts } ?? Self.late
  }

  private func look() async {
    let facts: Facts
    do {
      facts = .success(try await sources.store.operation())
    } catch let error as StoreError {
      facts = .failure(error)
    } catch {
      facts = Self.late
    }
    state.withLock { $0 = State(look: .none, told: Told(facts: facts)) }
    tell(facts)
  }

  /// The look under way takes too long.
  private func giveUp() {
    let isFirst = state.withLock { state in
      guard state.look == .underWay else { return false }
      state = State(look: .late, told: Told(facts: Self.late))
      return true
    }
    if isFirst { tell(Self.late) }
  }

  private func tell(_ facts: Facts) {
    if case .failure(let error) = facts { counted.storeFailed(error) }
    news.fire()
  }
}
