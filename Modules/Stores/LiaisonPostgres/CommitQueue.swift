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

  /// How often a round that met another transaction is tried.
  private static let tries = 3

  private let pool: ConnectionPool
  private let start: LogChain
  private let schemas: RegisterSchemas
  private let watch: HeadWatch
  private let state = Mutex(State())

  /// - Parameter start: the log's chain before its first entry.
  init(
    _ pool: ConnectionPool, _ start: LogChain, _ schemas: RegisterSchemas, _ watch: HeadWatch
  ) {
    self.pool = pool
    self.watch = watch
    self.start = start
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

  /// - Returns: one outcome for each request; none is a success unless all of them are durable.
  private func round(_ requests: [Request]) async -> [Outcome] {
    for _ in 1..<Self.tries {
      if let outcomes = await attempt(requests, mayPass: true) { return outcomes }
    }
    return await attempt(requests, mayPass: false) ?? []
  }

  /// - Returns: nil if it met another transaction, and `mayPass`.
  private func attempt(_ requests: [Request], mayPass: Bool) async -> [Outcome]? {
    do {
      return try await pool.use { [self] connection -> [Outcome]? in
        do {
          return try commit(requests, in: PostgresLogTransaction(connection, start, schemas))
        } catch let fault as PostgresFault where fault.isPassing && mayPass {
          return nil
        }
      }
    } catch {
      return requests.map { _ in .failure(error) }
    }
  }

  private func commit(
    _ requests: [Request], in transaction: PostgresLogTransaction
  ) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for request in requests {
      let facts = try transaction.facts(for: request.question)
      do {
        // What this throws it throws before anything of it is in the database.
        let decisions = try request.decide(facts)
        outcomes.append(.success(try transaction.append(decisions)))
      } catch let fault as PostgresFault {
        throw fault
      } catch {
        outcomes.append(.failure(error))
      }
    }
    if let head = try transaction.commit() { watch.committed(through: head) }
    return outcomes
  }
}
