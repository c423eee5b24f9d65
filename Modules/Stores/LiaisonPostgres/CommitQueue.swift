internal import LiaisonSync
internal import Synchronization

/// Batches that wait to be committed. Up to ``Tuning/sharedCommits`` of one server are committed together, so
/// that one flush of the database is enough for many callers. The one who waits longest commits for all.
final class CommitQueue: Sendable {
  private typealias Outcome = Result<[Verdict], any Error>

  private struct Request: Sendable {
    let question: CommitQuestion
    let decide: @Sendable (CommitFacts) throws -> [CommitDecision]
  }

  private enum Turn {
    case lead
    case done(Outcome)
  }

  private struct State {
    var waiting: [(request: Request, caller: CheckedContinuation<Turn, Never>)] = []
    /// Whether somebody commits.
    var isLed = false
  }

  private let pool: ConnectionPool
  private let known: KnownRegister
  private let schemas: RegisterSchemas
  private let watch: HeadWatch
  private let state = Mutex(State())

  init(
    _ pool: ConnectionPool, _ known: KnownRegister, _ schemas: RegisterSchemas, _ watch: HeadWatch
  ) {
    self.pool = pool
    self.watch = watch
    self.known = known
    self.schemas = schemas
  }

  /// - Throws: what `decide` throws, or ``StoreError``.
  func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    let own = Request(question: question, decide: decide)
    let turn = await withCheckedContinuation { caller in
      let leads = state.withLock { state in
        if state.isLed { state.waiting.append((own, caller)) }
        defer { state.isLed = true }
        return !state.isLed
      }
      if leads { caller.resume(returning: .lead) }
    }
    switch turn {
    case .done(let outcome): return try outcome.get()
    case .lead: return try await lead(own).get()
    }
  }

  /// Commits for all who wait, and hands the lead over.
  private func lead(_ own: Request) async -> Outcome {
    let others = state.withLock { state in
      let some = Array(state.waiting.prefix(Tuning.sharedCommits - 1))
      state.waiting.removeFirst(some.count)
      return some
    }
    let outcomes = await round([own] + others.map(\.request))
    for (other, outcome) in zip(others, outcomes.dropFirst()) {
      other.caller.resume(returning: .done(outcome))
    }
    let next = state.withLock { state -> CheckedContinuation<Turn, Never>? in
      state.isLed = !state.waiting.isEmpty
      return state.isLed ? state.waiting.removeFirst().caller : nil
    }
    next?.resume(returning: .lead)
    return outcomes[0]
  }

  /// - Returns: one outcome for each request. None is a success unless it is durable.
  private func round(_ requests: [Request]) async -> [Outcome] {
    var outcomes: [Outcome] = []
    do {
      if let all = try await together(requests) { return all }
      // One of them is refused, and nobody knows which: it must not keep the others from what is theirs.
      for request in requests { outcomes += try await together([request]) ?? [] }
    } catch {
      let left = requests.count - outcomes.count
      outcomes += (0..<left).map { _ in .failure(error) }
    }
    return outcomes
  }

  /// Commits requests in one transaction.
  /// - Returns: one outcome for each; nil if the database refuses what one of several wants.
  /// - Throws: ``StoreError``: what is the fault of none.
  private func together(_ requests: [Request]) async throws -> [Outcome]? {
    try await pool.use { [self] connection in
      do {
        return try connection.retrying {
          try commit(requests, in: PostgresLogTransaction(connection, known, schemas))
        }
      } catch let fault as PostgresFault where fault.isOfWhatWasAsked {
        return requests.count == 1 ? [.failure(fault.storeError)] : nil
      }
    }
  }

  private func commit(
    _ requests: [Request], in transaction: PostgresLogTransaction
  ) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for request in requests {
      do {
        // What these throw they throw before anything of it is in the database.
        let decisions = try request.decide(transaction.facts(for: request.question))
        outcomes.append(.success(try transaction.append(decisions)))
      } catch let fault as PostgresFault {
        throw fault
      } catch {
        guard transaction.hasBegun else { throw error }
        outcomes.append(.failure(error))
      }
    }
    if let head = try transaction.commit() { watch.committed(through: head) }
    return outcomes
  }
}
