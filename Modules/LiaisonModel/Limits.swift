/// Every number that bounds a text, a set, a message, a queue or a retry.
///
/// A limit is checked where data enters: at the command line, at import, and in the server again.
public enum Limits {
  // Texts and members (DOMAIN).
  /// Bytes of a code.
  public static let codeBytes = 32
  /// UTF-8 bytes of a text of one line, of a member of a set or list, of an author or a note.
  public static let textBytes = 1000
  /// UTF-8 bytes of a prose.
  public static let proseBytes = 64 * 1024
  /// Members of a set or list.
  public static let members = 1000
  /// Bytes of an encoded revision.
  public static let revisionBytes = 256 * 1024
  /// Fields of a kind, and so of a record.
  public static let fields = 256
  /// Kinds of a schema.
  public static let kinds = 256
  /// Bytes of an encoded schema.
  public static let schemaBytes = 1024 * 1024

  // Merging.
  /// Lines or elements between common ends that a diff compares; more count as replaced whole.
  public static let diffElements = 1000
  /// How deep a chain of records that may not form a cycle is followed.
  public static let chain = 100

  // The commit rule.
  /// How often the edits of a batch that refer to each other are looked through for those that can
  /// stand together.
  public static let togetherPasses = 16

  // Messages. Well under gRPC's usual limit of 4 MiB.
  /// Bytes of revisions in one batch; a single revision may always travel alone.
  public static let batchBytes = 512 * 1024
  /// Changes or edits in one batch.
  public static let batchCount = 1000
  /// Bytes that a message of a peer may take, encoded.
  public static let messageBytes = 4 * 1024 * 1024
  /// Bytes that one decoded message may take in the arena.
  public static let arenaBytes = 32 * 1024 * 1024

  /// HTTP/2's flow-control window of a stream, and its largest frame.
  public static let windowBytes = 2 * 1024 * 1024
  public static let frameBytes = 1024 * 1024

  /// Seconds of silence after which either side asks whether the other is still there, and how long
  /// it waits for the answer before it gives the connection up.
  public static let keepaliveSeconds = 30
  public static let keepaliveAnswerSeconds = 10
  /// The shortest time between two such questions that a server puts up with.
  public static let keepaliveFloorSeconds = 15

  /// Seconds that a caller waits for the first answer of a server.
  public static let answerSeconds = 20
  /// Seconds that a server which is told to stop lets calls go on.
  public static let drainSeconds = 10

  // The sync session.
  /// How often a sync goes back to pulling because an edit was stale, before it gives up.
  public static let staleRounds = 8
  /// The first pause of a backoff, in milliseconds; it doubles each time.
  public static let backoffMilliseconds = 50
  /// The longest pause of a backoff, in milliseconds.
  public static let backoffCeilingMilliseconds = 30_000

  /// How often a watching replica looks for new edits of its own, in milliseconds.
  public static let watchMilliseconds = 1000

  // Stores.
  /// How often a command applies its changes anew because another command came between.
  public static let saveAttempts = 50
  /// How long a command waits for another one's transaction, in seconds.
  public static let busySeconds = 5
}
