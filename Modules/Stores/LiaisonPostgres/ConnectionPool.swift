internal import Dispatch
internal import LiaisonSync
internal import Synchronization

/// Connections to one database. Each is lent to one caller at a time, who uses it on a thread that may block.
final class ConnectionPool: Sendable {
  /// A place for a connection.
  private final class Seat: Sendable {
    let connection = Mutex<PostgresConnection?>(nil)
  }

  private struct State {
    /// The last one given back, and with it the one that is sure to be open, is at the end.
    var free: [Seat]
    var waiting: [(id: Int, caller: CheckedContinuation<Seat, any Error>)] = []
    var lastWaiter = 0
  }

  let address: PostgresAddress
  private let threads: BlockingThreads
  private let state: Mutex<State>

  init(_ address: PostgresAddress, most: Int = Tuning.storeConnections) {
    self.address = address
    threads = BlockingThreads(most)
    state = Mutex(State(free: (0..<most).map { _ in Seat() }))
  }

  /// Lends a connection.
  ///
  /// One that was idle may have been closed at the other end: then, if it has not answered anything, the body
  /// is run again on a new one.
  /// - Throws: ``StoreError``, and what the body throws.
  func use<Result: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    try await PostgresFault.guarding {
      let seat = try await taken()
      return try await threads.run { [self] in
        defer { give(back: seat) }
        return seat.connection.withLock { use(&$0, body) }
      }.get()
    }
  }

  private func use<Value: Sendable>(
    _ connection: inout sending PostgresConnection?,
    _ body: @Sendable (PostgresConnection) throws -> Value
  ) -> Result<Value, any Error> {
    let wasOpen = connection != nil
    let (result, hasAnswered) = attempt(&connection, body)
    guard wasOpen, connection == nil, !hasAnswered, Self.mayBeStale(result) else { return result }
    return attempt(&connection, body).result
  }

  /// - Parameter connection: made if there is none, and none afterwards if it is of no use any more.
  private func attempt<Value: Sendable>(
    _ connection: inout sending PostgresConnection?,
    _ body: @Sendable (PostgresConnection) throws -> Value
  ) -> (result: Result<Value, any Error>, hasAnswered: Bool) {
    let lent: PostgresConnection
    do {
      lent = try connection ?? PostgresConnection(address)
    } catch {
      return (.failure(error), false)
    }
    lent.hasAnswered = false
    let result = Result { try body(lent) }
    let hasAnswered = lent.hasAnswered
    connection = !Self.isLost(result) && lent.recover() ? lent : nil
    return (result, hasAnswered)
  }

  /// Whether it failed as one does that was closed at the other end. One that is silent has used up the time.
  private static func mayBeStale<Value>(_ result: Result<Value, any Error>) -> Bool {
    switch result {
    case .failure(PostgresFault.lost), .failure(PostgresFault.refused): true
    case .success, .failure: false
    }
  }

  private static func isLost<Value>(_ result: Result<Value, any Error>) -> Bool {
    if case .failure(let fault as PostgresFault) = result { fault.endsConnection } else { false }
  }

  // MARK: Who has one

  /// - Throws: ``StoreError/unreachable(_:)`` if all are lent for too long.
  private func taken() async throws -> Seat {
    try await withCheckedThrowingContinuation { caller in
      let waiter = state.withLock { state -> Int? in
        if let seat = state.free.popLast() {
          caller.resume(returning: seat)
          return nil
        }
        state.lastWaiter += 1
        state.waiting.append((state.lastWaiter, caller))
        return state.lastWaiter
      }
      guard let waiter else { return }
      DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Tuning.serverBusySeconds)) {
        [self] in
        giveUp(waiter)
      }
    }
  }

  private func giveUp(_ waiter: Int) {
    let caller = state.withLock { state in
      state.waiting.firstIndex { $0.id == waiter }.map { state.waiting.remove(at: $0).caller }
    }
    caller?.resume(throwing: StoreError.unreachable("all connections to the database are in use"))
  }

  private func give(back seat: Seat) {
    let next = state.withLock { state -> CheckedContinuation<Seat, any Error>? in
      if !state.waiting.isEmpty { return state.waiting.removeFirst().caller }
      state.free.append(seat)
      return nil
    }
    next?.resume(returning: seat)
  }
}
