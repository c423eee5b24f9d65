import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// Two offices make 1,000 edits each and sync at random, over a line that breaks at random.
struct RandomRoundTests {
  static let editsOfEachOffice = 1000

  @Test(arguments: [UInt64(1), 2, 3])
  func everyEditIsAcceptedOnceOrReplacedAndAllAgreeByteByByte(seed: UInt64) async throws {
    print("seed \(seed)")
    let line = Mutex((random: Seeded(seed &+ 1000), isMended: false))
    let hq = try Headquarters()
    let link = CutLink(inner: DirectLink(service: hq.service)) {
      let isCut = line.withLock { !$0.isMended && $0.random.once(in: 8) }
      if isCut { throw CutLink.broken }
    }
    let codes = try await prepare(hq)
    let clerks = try ["VIE", "NYC"].map { Clerk(try hq.office($0, link), codes: codes) }
    for clerk in clerks { try await clerk.syncUntilThrough() }

    var random = Seeded(seed)
    var left = [Self.editsOfEachOffice, Self.editsOfEachOffice]
    while let side = left.indices.filter({ left[$0] > 0 }).randomElement(using: &random) {
      try await clerks[side].work(&random)
      left[side] -= 1
      if random.once(in: 12) { _ = try? await clerks[side].office.sync() }
    }
    line.withLock { $0.isMended = true }
    try await settle(clerks, &random)

    for clerk in clerks {
      #expect(try await clerk.office.digest() == hq.digest())
      #expect(try await clerk.office.store.outboxCounts() == OutboxCounts())
    }
    try check(hq.revisions(), clerks)
  }

  /// As above, but people write and settle while a sync of their office is under way: which falls
  /// where is left to the scheduler, so that a run cannot be repeated by its seed.
  @Test func whatIsWrittenDuringASyncIsNeitherLostNorDoubled() async throws {
    let hq = try Headquarters()
    let link = DirectLink(service: hq.service)
    let codes = Array(try await prepare(hq).prefix(4))
    let clerks = try ["VIE", "NYC"].map { Clerk(try hq.office($0, link), codes: codes) }
    for clerk in clerks { try await clerk.syncUntilThrough() }
    var random = Seeded(7)
    for round in 0..<150 {
      let (clerk, other) = (clerks[round % 2], clerks[(round + 1) % 2])
      try await other.office.sync()
      let office = clerk.office
      async let syncing: Void = { _ = try? await office.sync() }()
      for _ in 0..<8 { try await clerk.work(&random) }
      await syncing
    }
    try await settle(clerks, &random)
    for clerk in clerks {
      #expect(try await clerk.office.digest() == hq.digest())
      #expect(try await clerk.office.store.outboxCounts() == OutboxCounts())
    }
    try check(hq.revisions(), clerks, conflicts: [.field])
  }

  /// - Returns: the codes of actions that both offices will edit.
  private func prepare(_ hq: Headquarters) async throws -> [String] {
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
    return codes
  }

  /// Syncs and resolves in turn until nothing waits.
  private func settle(_ clerks: [Clerk], _ random: inout Seeded) async throws {
    for _ in 0..<12 {
      for clerk in clerks {
        try await clerk.office.sync()
        for conflict in try await clerk.office.conflicts() {
          try await clerk.resolve(conflict, &random)
        }
      }
    }
  }

  /// Each edit has a note of its own, which stays with it through every merge.
  private func check(
    _ log: [Revision], _ clerks: [Clerk], conflicts: [Clerk.Conflicts] = Clerk.Conflicts.allCases
  ) throws {
    let written = clerks.reduce(into: Set<String>()) { $0.formUnion($1.written) }
    let replaced = clerks.reduce(into: Set<String>()) { $0.formUnion($1.replaced) }
    let accepted = log.map(\.note).filter { !$0.isEmpty }
    let counts = Dictionary(accepted.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(counts.values.allSatisfy { $0 == 1 }, "no edit was accepted twice")
    #expect(Set(counts.keys).isSubset(of: written))
    #expect(written.subtracting(replaced).subtracting(counts.keys).isEmpty, "no edit was lost")
    // Cases that never come would prove nothing.
    #expect(replaced.count > 50 && counts.count > 500)
    for kind in conflicts {
      #expect(clerks.contains { $0.conflicts.contains(kind) }, "no conflict of the kind \(kind)")
    }

    var tags: [RecordID: Set<String>] = [:]
    for revision in log {
      guard case .texts(let now)? = revision.state.fields[FieldNumber(6)] else { continue }
      #expect(tags[revision.record, default: []].isSubset(of: now), "a tag was lost")
      tags[revision.record] = now
    }
    let added = clerks.reduce(into: Set<String>()) { $0.formUnion($1.tags) }
    #expect(tags.values.reduce(into: Set()) { $0.formUnion($1) } == added)
  }
}
