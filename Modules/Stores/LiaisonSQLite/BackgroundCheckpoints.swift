internal import Dispatch
internal import GRDB
internal import GRDBSQLite
internal import LiaisonSync
internal import Synchronization

/// Brings pages from a database's write-ahead log into its file while its writer goes on: what waits for
/// the disk there does not hold a pull up.
///
/// A passive checkpoint gets as far as it can beside a writer (SQLite, *Write-Ahead Logging*, 2.1). When
/// the log is long all the same, the writer brings the rest over itself, and the log begins anew.
final class BackgroundCheckpoints: Sendable {
  private struct State {
    var pageBytes = Tuning.replicaPageBytes
    /// How many pages the log had when the last one began.
    var begun: Int32 = 0
    var isUnderWay = false
    /// Opened by the first one.
    var database: DatabaseQueue?

    func pages(_ bytes: Int) -> Int32 { Int32(bytes / pageBytes) }
  }

  private let path: String
  private let configuration: Configuration
  private let queue = DispatchQueue(label: "checkpoints")
  private let state = Mutex(State())

  init(path: String, configuration: Configuration) {
    self.path = path
    self.configuration = configuration
  }

  /// Takes the place of a connection's own checkpoints; this must live as long as the connection.
  func serve(_ db: Database) throws {
    let pageBytes = try Int.fetchOne(db, sql: "PRAGMA page_size")
    if let pageBytes { state.withLock { $0.pageBytes = pageBytes } }
    sqlite3_wal_hook(
      db.sqliteConnection,
      { context, connection, name, pages in
        guard let context else { return SQLITE_OK }
        Unmanaged<BackgroundCheckpoints>.fromOpaque(context).takeUnretainedValue()
          .committed(pages, connection, name)
        return SQLITE_OK
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// Waits for the one that is under way.
  func finish() { queue.sync {} }

  /// After a commit that has left so many pages in the log. A checkpoint that fails is made again after
  /// the next one, as SQLite does with its own: the log has all that it would have brought over.
  private func committed(
    _ pages: Int32, _ connection: OpaquePointer?, _ name: UnsafePointer<CChar>?
  ) {
    guard pages < state.withLock({ $0.pages(Tuning.checkpointBytes) }) else {
      sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
      return
    }
    let isDue = state.withLock { state in
      // Fewer than before: the log has begun anew.
      if pages < state.begun { state.begun = 0 }
      let due = state.pages(Tuning.backgroundCheckpointBytes)
      guard pages - state.begun >= due, !state.isUnderWay else { return false }
      (state.begun, state.isUnderWay) = (pages, true)
      return true
    }
    if isDue { queue.async { [self] in checkpoint() } }
  }

  private func checkpoint() {
    defer { state.withLock { $0.isUnderWay = false } }
    do {
      let database =
        try state.withLock { $0.database }
        ?? DatabaseQueue(path: path, configuration: configuration)
      state.withLock { $0.database = database }
      _ = try database.writeWithoutTransaction { try $0.checkpoint(.passive) }
    } catch {
      // See `committed`.
    }
  }
}
