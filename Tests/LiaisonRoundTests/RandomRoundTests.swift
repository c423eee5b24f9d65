import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import Synchronization
import Testing

/// Two offices edit at random and sync at random, over a line that breaks at random.
struct RandomRoundTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func nothingIsLostAndAllAgreeByteByByte(seed: UInt64) async throws {
    print("seed \(seed)")
    var random = Seeded(seed)
    let hq = try Headquarters()
    let cut = CutLink(inner: DirectLink(service: hq.service), seed: seed)
    let offices = [try hq.office("VIE", cut), try hq.office("NYC", cut)]
    let lyon = try hq.office("LYO", DirectLink(service: hq.service))
    try await lyon.sync()
    try await lyon.new("organization", "code=INTERPOL", "name=INTERPOL", "type=other")
    try await lyon.new(
      "office", "code=LYO", "name=Lyon", "organization=INTERPOL", "city=Lyon", "country=FR")
    var codes: [String] = []
    for number in 0..<20 {
      let record = try await lyon.new("action", "title=T\(number)", "owner=LYO", "status=open")
      codes.append(record.code.text)
    }
    try await lyon.sync()
    for office in offices { try await office.syncUntilThrough() }

    var tags: [String: Set<String>] = [:]
    var created = 0
    for number in 0..<1000 {
      let office = offices[Int.random(in: 0..<2, using: &random)]
      let code = codes[Int.random(in: 0..<codes.count, using: &random)]
      do {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<6:
          try await office.edit(code, "tags+=t\(number)")
          tags[code, default: []].insert("t\(number)")
        case 6..<8: try await office.edit(code, "title=X\(number)")
        case 8: try await office.edit(code, "remark+=Line \(number)")
        default:
          try await office.new("action", "title=N\(number)", "owner=LYO", "status=open")
          created += 1
        }
      } catch let error as ReplicaError where error.code == .inConflict {
        let side = Replica.Side.allCases[Int.random(in: 0..<3, using: &random)]
        try await office.resolve(code, take: side)
      }
      if Int.random(in: 0..<12, using: &random) == 0 { _ = try? await office.sync() }
    }
    cut.mend()
    for _ in 0..<6 {
      for office in offices {
        try await office.sync()
        for conflict in try await office.conflicts() {
          try await office.resolve(conflict.record.code.text, take: .ours)
        }
      }
    }
    for office in offices { try await office.sync() }

    for office in offices {
      #expect(try await office.digest() == hq.digest())
      let counts = try await office.store.counts()
      #expect(counts.ready == 0 && counts.inFlight == 0 && counts.conflicts == 0)
      #expect(counts.refused == 0 && counts.records == 22 + created)
      for (code, expected) in tags {
        let found = try await office.value(code, "tags")?.split(separator: ", ").map(String.init)
        #expect(Set(found ?? []) == expected, "tags of \(code)")
      }
    }
  }
}

extension TestOffice {
  /// Syncs again and again until the line holds for once.
  fileprivate func syncUntilThrough() async throws {
    for _ in 0..<200 {
      if (try? await sync()) != nil { return }
    }
    throw Problem("the line never held")
  }
}

/// A line that breaks before or after a message, so that requests and answers get lost.
private final class CutLink: Link {
  private struct State {
    var random: Seeded
    var isMended = false
  }

  private let inner: DirectLink
  private let state: Mutex<State>

  init(inner: DirectLink, seed: UInt64) {
    self.inner = inner
    state = Mutex(State(random: Seeded(seed &+ 1000)))
  }

  func mend() { state.withLock { $0.isMended = true } }

  func perhapsCut() throws {
    let isCut = state.withLock { state in
      !state.isMended && Int.random(in: 0..<5, using: &state.random) == 0
    }
    if isCut { throw SyncError(.unreachable, "the line was cut") }
  }

  func connecting<Result: Sendable>(
    _ office: OfficeID, _ body: @escaping @Sendable (any SyncTransport) async throws -> Result
  ) async throws -> Result {
    try await inner.connecting(office) { try await body(CutTransport(inner: $0, link: self)) }
  }

  private struct CutTransport: SyncTransport {
    let inner: any SyncTransport
    let link: CutLink

    func pull(
      _ request: PullRequest, receive: @escaping @Sendable (PullMessage) async throws -> Void
    ) async throws {
      try await inner.pull(request) { message in
        try link.perhapsCut()
        try await receive(message)
      }
    }

    func push(
      next: @escaping @Sendable () async throws -> PushBatch?,
      receive: @escaping @Sendable ([Verdict]) async throws -> Void
    ) async throws {
      try await inner.push {
        let batch = try await next()
        try link.perhapsCut()
        return batch
      } receive: { verdicts in
        try link.perhapsCut()
        try await receive(verdicts)
      }
    }
  }
}
