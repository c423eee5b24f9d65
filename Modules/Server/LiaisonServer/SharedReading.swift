internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Reads the log once for all followers who stand at the same place when it has grown.
final class SharedReading: Sendable {
  struct Place: Hashable {
    let after: Cursor?
    let since: LogPosition
    let limit: BatchLimit
    /// The commits that the follower knows of; what it gets holds all of them.
    let generation: Int
  }

  /// As many as there are places where followers stand: those who read more slowly are behind the others.
  private static let most = 8
  private let readings = Mutex<[(place: Place, batch: Task<LogBatch, any Error>)]>([])

  /// - Parameter read: reads the log, if nobody has for this place.
  func batch(
    at place: Place, _ read: @escaping @Sendable () async throws -> LogBatch
  ) async throws -> LogBatch {
    let batch = readings.withLock { readings in
      if let known = readings.first(where: { $0.place == place }) { return known.batch }
      let new = Task { try await read() }
      readings.removeAll { $0.place.generation < place.generation }
      if readings.count == Self.most { readings.removeFirst() }
      readings.append((place, new))
      return new
    }
    do {
      return try await batch.value
    } catch {
      // Whoever asks next may have more luck.
      readings.withLock { $0.removeAll { $0.batch == batch } }
      throw error
    }
  }
}
