/// The numbers of the protocol: both sides keep to them, or are told them.
public enum SyncLimits {
  /// Bytes of revisions in one batch; a single revision may always travel alone.
  public static let batchBytes = 512 * 1024
  /// Changes or edits in one batch.
  public static let batchCount = 1000
  /// References in the edits of one batch.
  public static let batchReferences = 100_000
  /// Ids of edits that a pull asks for: those beyond are left to the push.
  public static let askedEdits = 50_000
  /// Older places that a pull names.
  public static let olderPlaces = 128
  /// Revisions that a register says it lacks.
  public static let wanted = 500
  /// Ids of edits that come with one change, beside that of its own.
  public static let changeEdits = 32
  /// Ancestors of one edit, and their bytes.
  public static let ancestors = 64
  public static let ancestorBytes = 2 * 1024 * 1024
  /// Bytes that a message of a peer may take, encoded. Well under gRPC's usual 4 MiB is the batch,
  /// not the limit.
  public static let messageBytes = 4 * 1024 * 1024

  /// Calls of one office that a server answers at once, on however many connections: a replica that
  /// watches and syncs makes two.
  public static let officeCalls = 256

  /// Enrolments and renewals that a server serves at once, and how long one may take: anybody may ask.
  public static let enrolments = 8
  public static let enrolmentPatience = Duration.seconds(10)

  /// Refused enrolments from one address within a minute, after which it is refused unheard.
  public static let enrolmentRefusals = 30

  /// Calls at once from one address that need no certificate, health and reflection; those of all that stay,
  /// watches and reflection; and how many bytes a message of them may have. ``enrolmentPatience`` is how long
  /// one may say nothing.
  public static let openCalls = 32
  public static let stayingCalls = 1000
  public static let openMessageBytes = 4 * 1024

  /// How often a server asks its store whether it answers, and after how long without an answer it says that it
  /// does not serve.
  public static let storePause = Duration.seconds(1)
  public static let storePatience = Duration.seconds(5)

  /// Connections from one address at once whose handshake has not ended: one more closes the oldest.
  public static let arrivals = 256
  /// Connections from one address at once that have shown no certificate of the register, and how long one
  /// of them may stay.
  public static let strangers = 64
  public static let strangerPatience = Duration.seconds(30)
  /// Connections with one replica's certificate at once.
  public static let replicaConnections = 64

  /// How long after a revocation a follow goes on at most, but for what is under way.
  public static let rosterPause = Duration.milliseconds(500)
  /// How many of these pauses lie between two times that a server writes down what it has seen of replicas.
  public static let sightingRounds = 4

  /// How long a caller waits for what it is owed, a batch, a verdict or a heartbeat, before it gives the
  /// server up. A line must carry a batch in that time.
  public static let patience = Duration.seconds(30)
  /// How often a server says in a quiet follow that it is still there.
  public static let heartbeat = Duration.seconds(10)
  /// How long a caller waits for the first answer of a server.
  public static let answer = Duration.seconds(20)

  /// How often a sync goes back to pulling because an edit was stale, before it gives up.
  public static let staleRounds = 8
}
