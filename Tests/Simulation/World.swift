import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonWire
import Synchronization
import TestSupport

/// In the middle of how many actions a task acts.
enum Nesting {
  @TaskLocal static var level = 0
}

/// One register with its server, its offices and their folders, and a history that happens to it.
///
/// All of it happens on one thread (``Turns``): nothing here is guarded.
// Unchecked: one history runs on one thread, see Turns.
final class World: @unchecked Sendable {
  let history: History
  let plant: Plant?
  let schema: Schema
  let schemas: SimulatedSchemas
  let server: Server
  let revisions = Revisions()
  var folders: [Folder] = []
  var ledger = Ledger()
  var tally = Tally()
  /// What happened, in its order: a line for each action, with what came of it.
  private(set) var trace: [String] = []
  private(set) var violations: [String] = []
  /// Moves on each time that anybody looks at a clock.
  private var time: Int64 = 1_780_000_000_000
  let offices: [OfficeID]
  /// Some histories are encoded as the wire does it, which takes longer.
  let coding: any RevisionCoding

  /// How many actions are under way, each in the middle of the one before it.
  var level = 0

  private static let names = ["VIE", "NYC", "LYO", "NBO", "BKK", "ADD"]

  init(_ history: History, _ plant: Plant?, on disk: DiskMaker) throws {
    (self.history, self.plant) = (history, plant)
    schema = try Register.schema()
    offices = Self.names.prefix(history.offices).compactMap { OfficeID($0) }
    var random = Seeded(history.seed)
    let register = RegisterID(UUIDv7(milliseconds: 1, random: &random))
    coding = history.seed.isMultiple(of: 4) ? RevisionCodec() : PlainCoding()
    let known = SimulatedCoding(coding, revisions, nil) { EditID(UUIDv7.zero) }
    known.knowsAll = true
    schemas = SimulatedSchemas(hashing: coding)
    server = Server(try disk(register, schema, schemas), known, batch: history.batch, plant)
    server.disk.gate = { [unowned self] in await goOn() }
  }

  // MARK: What is known

  func note(_ line: String) { trace.append(line) }

  func violated(_ what: String) {
    if violations.count < 10 { violations.append(what) }
    trace.append("VIOLATED: \(what)")
  }

  /// The names of the log's revisions, in their order.
  func logged() -> [RevisionID] {
    orViolated("the log") { try server.disk.stored.names() } ?? []
  }

  /// What stands behind the log's second parents, and is not in it.
  func ancestors() -> Set<RevisionID> {
    orViolated("the log") { try server.disk.stored.ancestors() } ?? []
  }

  @discardableResult
  func orViolated<Value>(_ what: String, _ body: () throws -> Value) -> Value? {
    do { return try body() } catch {
      violated("\(what): \(error)")
      return nil
    }
  }

  var living: [Folder] { folders }

  func folder(_ number: Int) -> Folder { folders[number % folders.count] }

  func answered(_ response: PushResponse) {
    for verdict in response.verdicts {
      switch verdict.outcome {
      case .committed(let committed), .alreadyCommitted(let committed):
        ledger.answered[committed.position] = committed.revision
      case .stale, .refused: break
      }
    }
  }

  // MARK: Folders

  @discardableResult
  func addFolder(_ office: OfficeID, _ state: Folder.State? = nil) -> Folder {
    let number = (folders.map(\.number).max() ?? -1) + 1
    let clock = Folder.Clock()
    let random = Mutex(Seeded(history.seed &+ UInt64(number + 1) &* 0x9E37_79B9))
    let word: @Sendable () -> UInt64 = { random.withLock { $0.next() } }
    let now: @Sendable () -> Timestamp = { [self] in
      time += 1
      return Timestamp(milliseconds: time + Int64(clock.hours) * 3_600_000)
    }
    let coding = SimulatedCoding(coding, revisions, plant) {
      random.withLock { random in EditID(at: now(), random: &random) }
    }
    coding.isNewer = number % 3 == 1
    let environment = ReplicaEnvironment(
      now: now, year: { $0.year }, random: word,
      sleep: { _ in
        try Task.checkCancellation()
        await Turns.pass()
      }, coding: coding, author: "Person \(number)",
      protocols: number % 4 == 3 ? 1...1 : 1...2)
    let start =
      state ?? Folder.State(replica: MemoryReplica(office: office, address: "127.0.0.1:1"))
    let folder = Folder(number, office, start, coding, clock, environment, plant)
    folder.watch = { [unowned self] in try watch($0, $1) }
    folder.gate = { [unowned self] in await goOn() }
    folders.append(folder)
    return folder
  }

  func crash(_ folder: Folder, _ keeping: Int) {
    let before = folder.replica.identity
    folder.crash(keeping: keeping)
    tally.count(.crash)
    if folder.replica.identity != before { tally.count(.lostCommits) }
  }

  // MARK: Beginning

  /// An office makes a few records, and every office has them.
  func begin() async {
    do {
      for office in offices { try await server.disk.add(Office(id: office, name: office.text)) }
    } catch { violated("an office cannot be added: \(error)") }
    for office in offices { addFolder(office) }
    await sync(folders[0], [])
    for code in 0..<3 { await found(code, at: folders[0]) }
    for folder in folders { await sync(folder, []) }
  }
}

extension UUIDv7 {
  static var zero: UUIDv7 {
    var random = Seeded(0)
    return UUIDv7(milliseconds: 0, random: &random)
  }
}
