/// Numbers that neither the register's contract nor the protocol fixes: each side may choose its own.
public enum Tuning {
  // Connections.
  /// HTTP/2's flow-control window of a stream, and its largest frame, in bytes.
  public static let windowBytes = 2 * 1024 * 1024
  public static let frameBytes = 1024 * 1024
  /// Seconds of silence after which either side asks whether the other is still there, and how long
  /// it waits for the answer before it gives the connection up.
  public static let keepaliveSeconds = 30
  public static let keepaliveAnswerSeconds = 10
  /// Seconds after which a server closes the connection of a peer from which nothing comes: a live one
  /// would have answered.
  public static let silenceSeconds = 60
  /// Connections that a server holds at once, if its system lets it, and the files that it needs beside.
  public static let connections = 10_000
  public static let otherFiles = 64
  /// The shortest time between two such questions that a server puts up with.
  public static let keepaliveFloorSeconds = 15
  /// Calls at once on one connection: a client of HTTP/2 waits with the next one until one ends.
  public static let streams = 100
  /// Seconds without a call after which a server closes a connection.
  public static let idleSeconds = 300
  /// Milliseconds after which a caller may ask again whom the server cannot answer now.
  public static let pushbackMilliseconds = 1000
  /// Seconds that a server which is told to stop lets calls go on.
  public static let drainSeconds = 10

  // Memory.
  /// Bytes of revisions in the first batch of a pull; the next ones grow as they are read. With what is around
  /// them they fit into 32 KiB: a buffer is twice as large for a little more.
  public static let firstBatchBytes = 30 * 1024
  /// Bytes that one decoded message may take in the arena.
  public static let arenaBytes = 32 * 1024 * 1024
  /// What a store keeps of its file, in KiB: while it writes what has to be durable, while it writes what
  /// can be pulled again, and while it reads.
  public static let durableCacheKibibytes = 16 * 1024
  public static let pulledCacheKibibytes = 2 * 1024
  public static let readerCacheKibibytes = 2 * 1024
  /// Bytes in a store's write-ahead log after which its writer brings them into the file.
  public static let checkpointBytes = 16 * 1024 * 1024
  /// Bytes that a replica's log has grown by when somebody else begins to.
  public static let backgroundCheckpointBytes = 1024 * 1024
  /// The page of a new store. A replica is filled by pulls, which write many records at once; a server
  /// also takes edits one by one. A change of one record writes its page twice: to the log and to the file.
  public static let serverPageBytes = 4 * 1024
  public static let replicaPageBytes = 8 * 1024
  /// Batches of a pull that have been read and are not in the store yet: one under way, one that waits.
  public static let batchesAhead = 2

  // Waiting.
  /// The first pause of a backoff, in milliseconds; it doubles each time.
  public static let backoffMilliseconds = 50
  /// The longest pause of a backoff, in milliseconds.
  public static let backoffCeilingMilliseconds = 30_000
  /// How often a watching replica looks for new edits of its own, in milliseconds.
  public static let watchMilliseconds = 1000
  /// How often a sync looks at its outbox again because somebody edited meanwhile, before it sends what
  /// it has.
  public static let outboxLooks = 50
  /// Records that are indexed in one transaction.
  public static let indexedAtOnce = 10_000
  /// How long a search leaves the store to others between two parts that it indexes, in milliseconds.
  public static let indexPauseMilliseconds = 10
  /// How long one process waits for another one's transaction, in seconds: a server less than its
  /// callers wait for it, a replica longer, where many may stand in line and whoever gives up has to
  /// type it again.
  public static let serverBusySeconds = 5
  public static let replicaBusySeconds = 20
  /// How long a database may take for a part of what reads or writes a whole register, in seconds.
  public static let maintenanceSeconds = 600
  /// The longest wait for an encrypted line to a database before what it may have kept back is looked at again.
  public static let encryptedLookMilliseconds = 50
  /// How often a server looks whether others have committed, if nothing told it, in milliseconds.
  public static let headMilliseconds = 1000
  /// Connections that a server has to its database at most, besides the one that watches.
  public static let storeConnections = 8
  /// How often a transaction that met another one is tried.
  public static let storeTries = 3

  // Numbering.
  /// The years that a new record's number can be of; a clock that shows another one has not been set.
  public static let numberingYears = 2025...2199

  /// Changes of other offices that a sync tells one by one.
  public static let shownArrivals = 20

  /// Records that break a new schema's rules, of which a person is told.
  public static let shownBreaches = 20

  // Undo.
  /// Steps that a replica remembers.
  public static let undoSteps = 100

  // The commit rule.
  /// How often a batch is read again because the schema has changed since, before the call fails.
  public static let schemaLooks = 8
  /// How often the edits of a batch that wait for each other are looked through.
  public static let commitPasses = 16
  /// How often a pass looks for circles again after it has taken edits out that lay on one.
  public static let circleRounds = 4
  /// Batches of different callers that one transaction takes.
  public static let sharedCommits = 64
  /// Lines that an import commits at a time.
  public static let importLines = 500
}
