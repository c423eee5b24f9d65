import Foundation
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// Two offices make 300 edits each and sync at random, over a line that breaks at random. Ids, times
/// and pauses come from the seed too, so that a run can be repeated by it, byte by byte.
/// `LIAISON_EDITS=1000` makes longer runs.
struct RandomRoundTests {
  static let editsOfEachOffice =
    ProcessInfo.processInfo.environment["LIAISON_EDITS"].flatMap(Int.init) ?? 300

  @Test(arguments: [UInt64(1), 2, 3])
  func everyEditIsAcceptedOnceOrReplacedAndAllAgreeByteByByte(seed: UInt64) async throws {
    print("seed \(seed)")
    let (hq, clerks) = try await run(seed, edits: Self.editsOfEachOffice)
    for clerk in clerks {
      #expect(try await clerk.office.digest() == hq.digest())
      let pending = try await clerk.office.pending().map {
        "\($0.code) \($0.place) \($0.reason ?? "")"
      }
      #expect(pending.isEmpty)
    }
    try check(hq.revisions(), clerks)
  }

  @Test func aRunIsRepeatedByItsSeed() async throws {
    let digests = [
      try await run(5, edits: 60).0.digest(), try await run(5, edits: 60).0.digest(),
      try await run(6, edits: 60).0.digest(),
    ]
    #expect(digests[0] == digests[1] && digests[1] != digests[2])
  }

  private func run(_ seed: UInt64, edits: Int) async throws -> (Headquarters, [Clerk]) {
    let line = Mutex((random: Seeded(seed &+ 1000), isMended: false))
    let hq = try await Headquarters(seed: seed)
    let link = CutLink(inner: DirectLink(service: hq.service)) {
      let isCut = line.withLock { !$0.isMended && $0.random.once(in: 8) }
      if isCut { throw CutLink.broken }
    }
    let codes = try await prepare(hq)
    let clerks = try ["VIE", "NYC"].map { Clerk(try hq.office($0, link), codes: codes) }
    for clerk in clerks { try await clerk.syncUntilThrough() }
    var random = Seeded(seed)
    var left = [edits, edits]
    while let side = left.indices.filter({ left[$0] > 0 }).randomElement(using: &random) {
      try await clerks[side].work(&random)
      left[side] -= 1
      if random.once(in: 12) { _ = try await clerks[side].syncIfTheLineHolds() }
    }
    line.withLock { $0.isMended = true }
    try await settle(clerks, &random)
    return (hq, clerks)
  }

  /// As above, but people write and settle while a sync of their office is under way: which falls
  /// where is left to the scheduler, so that such a run cannot be repeated by its seed.
  @Test func whatIsWrittenDuringASyncIsNeitherLostNorDoubled() async throws {
    let hq = try await Headquarters()
    let link = DirectLink(service: hq.service)
    let codes = Array(try await prepare(hq).prefix(4))
    let clerks = try ["VIE", "NYC"].map { Clerk(try hq.office($0, link), codes: codes) }
    for clerk in clerks { try await clerk.syncUntilThrough() }
    var random = Seeded(7)
    for round in 0..<150 {
      let (clerk, other) = (clerks[round % 2], clerks[(round + 1) % 2])
      try await other.office.sync()
      let office = clerk.office
      async let syncing: Void = { _ = try await office.sync() }()
      for _ in 0..<8 { try await clerk.workBesideASync(&random) }
      try await syncing
    }
    try await settle(clerks, &random)
    for clerk in clerks {
      #expect(try await clerk.office.digest() == hq.digest())
      #expect(try await clerk.office.pending().isEmpty)
    }
    // A verdict may come between looking at a record and editing it: what was replaced is then not
    // known exactly, what was doubled is.
    let notes = try hq.revisions().map(\.note).filter { !$0.isEmpty }
    #expect(Set(notes).count == notes.count, "no edit was accepted twice")
    #expect(notes.count > 300)
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
        try await clerk.office.sync(retriesAll: true)
        for conflict in try await clerk.office.conflicts() {
          try await clerk.resolve(conflict, &random)
        }
      }
    }
  }

  /// Each edit has a note of its own, which stays with it through every merge.
  private func check(_ log: [Revision], _ clerks: [Clerk]) throws {
    let written = clerks.reduce(into: Set<String>()) { $0.formUnion($1.written) }
    let replaced = clerks.reduce(into: Set<String>()) { $0.formUnion($1.replaced) }
    let accepted = log.map(\.note).filter { !$0.isEmpty }
    let counts = Dictionary(accepted.map { ($0, 1) }, uniquingKeysWith: +)
    #expect(counts.values.allSatisfy { $0 == 1 }, "no edit was accepted twice")
    #expect(Set(counts.keys).isSubset(of: written))
    // What another office has done as well leaves nothing to send: the register says it already.
    let mayBeDone = clerks.reduce(into: Set<String>()) {
      $0.formUnion($1.removed.keys)
      $0.formUnion($1.deletions)
    }
    let lost = written.subtracting(replaced).subtracting(counts.keys).subtracting(mayBeDone)
    #expect(lost.isEmpty, "no edit was lost")
    // Cases that never come would prove nothing: of so many edits, so many must have met others.
    #expect(replaced.count > Self.editsOfEachOffice / 6)
    #expect(counts.count > Self.editsOfEachOffice / 2)
    for kind in Clerk.Conflicts.allCases {
      #expect(clerks.contains { $0.conflicts.contains(kind) }, "no conflict of the kind \(kind)")
    }
    try checkTags(log, clerks)
  }

  /// A tag goes only with an edit that takes it out, and does not come back: each is added once.
  private func checkTags(_ log: [Revision], _ clerks: [Clerk]) throws {
    let removals = clerks.reduce(into: [String: String]()) {
      $0.merge($1.removed) { one, _ in one }
    }
    var (now, gone): ([RecordID: Set<String>], Set<String>) = ([:], [])
    var taken = 0
    for revision in log where revision.kind.number == 9 {
      let before = now[revision.record] ?? []
      var tags: Set<String> = []
      if case .set(let members)? = revision.state.fields[FieldNumber(6)] {
        for case .text(let tag) in members { tags.insert(tag) }
      }
      for tag in before.subtracting(tags) {
        taken += 1
        gone.insert(tag)
        let isMeant = removals.values.contains(tag) || revision.secondParent != nil
        #expect(isMeant, "\(tag) went although nobody took it out")
      }
      #expect(tags.isDisjoint(with: gone) || revision.secondParent != nil, "a tag came back")
      now[revision.record] = tags
    }
    #expect(taken > 20, "cases that never come would prove nothing")
  }
}
