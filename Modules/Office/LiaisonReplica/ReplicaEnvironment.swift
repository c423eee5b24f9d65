public import LiaisonModel
public import LiaisonSync
internal import Synchronization

/// What a replica takes from outside: time, randomness and pauses, the encoding, and who writes.
public struct ReplicaEnvironment: Sendable {
  public let now: @Sendable () -> Timestamp
  /// The year that a moment falls into where the office is: numbered codes name it.
  public let year: @Sendable (Timestamp) -> Int
  /// A random word.
  public let random: @Sendable () -> UInt64
  /// - Throws: `CancellationError` if the task is cancelled.
  public let sleep: @Sendable (Duration) async throws -> Void
  public let coding: any RevisionCoding
  /// Who writes this time, in NFC; nil for whom the replica names.
  public let author: String?
  /// Who writes if nobody is named at all, in NFC.
  public let user: String
  /// The protocols that the program speaks.
  public let protocols: ClosedRange<UInt32>
  /// The version of the program.
  public let client: String

  public init(
    now: @escaping @Sendable () -> Timestamp,
    year: @escaping @Sendable (Timestamp) -> Int,
    random: @escaping @Sendable () -> UInt64,
    sleep: @escaping @Sendable (Duration) async throws -> Void, coding: any RevisionCoding,
    author: String?, user: String = "", protocols: ClosedRange<UInt32> = SyncProtocol.spoken,
    client: String = ""
  ) {
    self.now = now
    self.year = year
    self.random = random
    self.sleep = sleep
    self.coding = coding
    self.author = author.map(TextRules.normalized)
    self.user = TextRules.normalized(user)
    self.protocols = protocols
    self.client = client
  }

  func author(at replica: ReplicaIdentity) -> String { author ?? replica.author ?? user }

  func newEdit() -> EditID { id() }
  func newRecord() -> RecordID { id() }

  private func id<ID: Identity>() -> ID {
    var words = Words(word: random)
    return ID(at: now(), random: &words)
  }

  private struct Words: RandomNumberGenerator {
    let word: @Sendable () -> UInt64
    mutating func next() -> UInt64 { word() }
  }
}

extension ReplicaEnvironment {
  /// The same run again for the same seed, ids and times included. Its clock starts in 2026, moves a
  /// millisecond each time that it is read, and by every pause; a pause only gives way to others.
  public static func seeded(
    _ seed: UInt64, coding: any RevisionCoding, author: String = "Tester"
  ) -> ReplicaEnvironment {
    let state = SeededState(seed)
    return ReplicaEnvironment(
      now: { state.now() }, year: { $0.year }, random: { state.next() },
      sleep: {
        try Task.checkCancellation()
        state.pass($0)
        await Task.yield()
      },
      coding: coding, author: author)
  }
}

/// A clock, and SplitMix64 (Steele, Lea and Flood 2014).
private final class SeededState: Sendable {
  /// 2026-01-01T00:00:00Z.
  private static let start: Int64 = 1_767_225_600_000
  private let time = Atomic<Int64>(start)
  private let seed: Atomic<UInt64>

  init(_ seed: UInt64) { self.seed = Atomic(seed) }

  func now() -> Timestamp {
    Timestamp(milliseconds: time.add(1, ordering: .relaxed).newValue)
  }

  func pass(_ duration: Duration) {
    time.add(Int64(duration / .milliseconds(1)), ordering: .relaxed)
  }

  func next() -> UInt64 {
    var word = seed.wrappingAdd(0x9E37_79B9_7F4A_7C15, ordering: .relaxed).newValue
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}
