internal import GRDB
internal import LiaisonSync
internal import Synchronization

/// Batches that wait to be committed. Up to ``Tuning/sharedCommits`` are committed together, so that
/// one fsync is enough for many callers; each keeps a savepoint of its own, so that none spoils
/// another's by what it decides.
final class CommitQueue: Sendable {
  private struct Request {
    let question: CommitQuestion
    let decide: @Sendable (CommitFacts) throws -> [CommitDecision]
    let caller: CheckedContinuation<[Verdict], any Error>
  }

  private struct State {
    var waiting: [Request] = []
    /// Whether a round is under way or on its way to the writer.
    var isBusy = false
  }

  private let writer: any DatabaseWriter
  private let state = Mutex(State())
  private let start: LogChain
  private let schemas: RegisterSchemas

  /// - Parameter start: the log's chain before its first entry.
  init(_ writer: any DatabaseWriter, _ start: LogChain, _ schemas: RegisterSchemas) {
    self.writer = writer
    self.start = start
    self.schemas = schemas
  }

  /// - Throws: what `decide` throws, or the database.
  func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    try await withCheckedThrowingContinuation { caller in
      let isFirst = state.withLock { state in
        state.waiting.append(Request(question: question, decide: decide, caller: caller))
        defer { state.isBusy = true }
        return !state.isBusy
      }
      if isFirst { startRound() }
    }
  }

  /// A round stands in the writer's own queue, so that other writers get their turn between rounds.
  private func startRound() {
    writer.asyncWriteWithoutTransaction { [self] db in
      let requests = state.withLock { state in
        let some = Array(state.waiting.prefix(Tuning.sharedCommits))
        state.waiting.removeFirst(some.count)
        return some
      }
      let results = commit(requests, in: db)
      for (request, result) in zip(requests, results) { request.caller.resume(with: result) }
      let isMore = state.withLock { state in
        state.isBusy = !state.waiting.isEmpty
        return state.isBusy
      }
      if isMore { startRound() }
    }
  }

  /// - Returns: one result for each request; none is a success unless all of them are on the disk.
  private func commit(
    _ requests: [Request], in db: Database
  ) -> [Result<[Verdict], any Error>] {
    do {
      var results: [Result<[Verdict], any Error>] = []
      try db.inTransaction(.immediate) {
        try SQLiteChangeLog.checkHere(db)
        // One alone can spoil nobody's, and a savepoint keeps a copy of each page that it changes.
        results =
          requests.count == 1
          ? [.success(try decide(requests[0], in: db))]
          : try requests.map { try commit($0, in: db) }
        return .commit
      }
      return results
    } catch {
      return requests.map { _ in .failure(error) }
    }
  }

  /// - Throws: if the failure has ended the transaction, and the others' edits with it.
  private func commit(
    _ request: Request, in db: Database
  ) throws -> Result<[Verdict], any Error> {
    do {
      var verdicts: [Verdict] = []
      try db.inSavepoint {
        verdicts = try decide(request, in: db)
        return .commit
      }
      return .success(verdicts)
    } catch {
      // What the database refused may have left a part of it: then nobody's edits are kept.
      guard db.isInsideTransaction, !(error is DatabaseError) else { throw error }
      return .failure(error)
    }
  }

  private func decide(_ request: Request, in db: Database) throws -> [Verdict] {
    let transaction = SQLiteLogTransaction(db, start, schemas)
    return try transaction.append(request.decide(transaction.facts(for: request.question)))
  }
}
