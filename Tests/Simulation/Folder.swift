import LiaisonModel
import LiaisonReplica
import LiaisonSync
import TestSupport

/// What is known of a folder besides its bytes; it goes with them into a backup, a copy, and back.
struct Shadow: Sendable {
  /// The edits that were written here, by their notes.
  var written: Set<String> = []
  /// Those that a person here put another in the place of, took back or gave up.
  var replaced: Set<String> = []
  /// Those of which nothing was left over what the register held.
  var merged: Set<String> = []
  /// The accepted revisions that were applied here.
  var seen: Set<RevisionID> = []
}

/// A replica's folder on the disk of one machine.
// Unchecked: one history runs on one thread, see Turns.
final class Folder: @unchecked Sendable {
  struct State: Sendable {
    var replica: MemoryReplica
    var shadow = Shadow()
  }

  let number: Int
  let office: OfficeID
  let coding: SimulatedCoding
  let environment: ReplicaEnvironment
  private let plant: Plant?
  /// What a power cut leaves, and behind it what it may take back, commit by commit.
  private var states: [State]
  /// How often the machine was started.
  private(set) var starts = 0
  var backups: [State] = []
  /// What the clock shows more than it should, in hours.
  let clock: Clock
  /// Who uses the folder waits here for those who act in the middle of what it does.
  var gate: (() async -> Void)?
  /// Is told of each commit.
  var watch: ((Folder, _ before: MemoryReplica) throws -> Void)?

  // Unchecked: one history runs on one thread, see Turns.
  final class Clock: @unchecked Sendable {
    var hours = 0
  }

  init(
    _ number: Int, _ office: OfficeID, _ state: State, _ coding: SimulatedCoding, _ clock: Clock,
    _ environment: ReplicaEnvironment, _ plant: Plant?
  ) {
    (self.number, self.office, self.coding, self.clock) = (number, office, coding, clock)
    (self.environment, self.plant) = (environment, plant)
    states = [state]
  }

  var state: State {
    get { states[states.count - 1] }
    set { states[states.count - 1] = newValue }
  }

  var replica: MemoryReplica { state.replica }

  /// The replica as a program sees it that runs until the machine stops.
  var session: Session { Session(folder: self, start: starts) }

  var program: Replica { Replica(store: session, environment: environment) }

  /// Power fails, and comes back.
  func crash(keeping count: Int) {
    states = [states[count % states.count]]
    starts += 1
  }

  /// Other bytes stand in the folder.
  func replace(with state: State) {
    states = [state]
    starts += 1
  }

  fileprivate func now(_ start: Int) throws -> MemoryReplica {
    guard start == starts else { throw Session.isDown }
    return replica
  }

  fileprivate func commit(
    _ after: MemoryReplica, over before: MemoryReplica, _ durability: Durability
  ) throws {
    let commits = try plant?.commits(before, after, durability, coding) ?? [after]
    for commit in commits {
      var shadow = state.shadow
      for (id, record) in commit.records {
        guard let head = record.head, head.revision.id != before.records[id]?.head?.revision.id
        else { continue }
        shadow.seen.insert(head.revision.id)
      }
      states.append(State(replica: commit, shadow: shadow))
    }
    if durability == .durable { states = [state] }
    try watch?(self, before)
  }
}

/// A folder that is open in one process.
struct Session: ReplicaStore {
  static let isDown = StoreError.io("the machine is down")

  let folder: Folder
  let start: Int

  func identity() async throws -> ReplicaIdentity {
    await folder.gate?()
    return try folder.now(start).identity
  }

  func read<Result: Sendable>(
    _ body: @escaping @Sendable (any ReplicaReader) throws -> Result
  ) async throws -> Result {
    await folder.gate?()
    return try folder.now(start).reading(body)
  }

  func write<Result: Sendable>(
    _ durability: Durability,
    _ body: @escaping @Sendable (any ReplicaTransaction) throws -> Result
  ) async throws -> Result {
    await folder.gate?()
    let before = try folder.now(start)
    let (result, after) = try before.writing(body)
    try folder.commit(after, over: before, durability)
    return result
  }

  func checkIntegrity() async throws {}
}
