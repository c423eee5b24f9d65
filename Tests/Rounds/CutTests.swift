import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonWire
import Synchronization
import Testing

/// A sync of several batches each way, cut at its first point, its second, … to its last.
struct CutTests {
  private static let incoming = 20
  private static let outgoing = 15
  private static let batch = 7

  @Test func aBreakAtAnyPointCostsAtMostOneBatchAndLosesNothing() async throws {
    var points = 0
    while try await isCut(at: points) { points += 1 }
    // Both calls; a header and three batches, three requests and three replies.
    #expect(points >= 2 + 2 * 4 + 3 + 2 * 3)
  }

  /// - Returns: false where the sync has fewer points than that.
  private func isCut(at point: Int) async throws -> Bool {
    let hq = try Headquarters(limit: BatchLimit(count: Self.batch))
    let direct = DirectLink(service: hq.service)
    let lyon = try hq.office("LYO", direct)
    let vienna = try hq.office("VIE", direct)
    try await lyon.sync()
    try await vienna.sync()
    for number in 0..<Self.incoming {
      try await lyon.new("area", "code=IN-\(number)", "name=In")
    }
    try await lyon.sync()
    for number in 0..<Self.outgoing {
      try await vienna.new("area", "code=OUT-\(number)", "name=Out")
    }

    let passed = Mutex(0)
    let link = CutLink(inner: direct) {
      let isHere = passed.withLock { passed in
        passed += 1
        return passed == point + 1
      }
      if isHere { throw CutLink.broken }
    }
    let cut = TestOffice(id: vienna.id, store: vienna.store, link: link)
    let isThrough = (try? await cut.sync()) != nil
    #expect(isThrough == (passed.withLock { $0 } <= point))

    // What was not applied or not answered comes again, and nothing else.
    let lost = Set(try hq.revisions().map(\.state.code.text)).subtracting(try await vienna.heads())
    let report = try await vienna.sync().machine
    #expect(report.received == lost.count)
    #expect(lost.filter { $0.hasPrefix("OUT-") }.count <= Self.batch)
    #expect(try await vienna.heads().count == Self.incoming + Self.outgoing)
    #expect(try await vienna.digest() == hq.digest())
    #expect(try hq.revisions().count == Self.incoming + Self.outgoing)
    let counts = try await vienna.store.outboxCounts()
    #expect(counts == OutboxCounts(), "nothing waits any more")
    return !isThrough
  }
}

extension TestOffice {
  /// The codes of the records that the register is known to hold.
  fileprivate func heads() async throws -> Set<String> {
    let codes = Mutex<Set<String>>([])
    try await store.forEachHead { head in
      let code = try RevisionCodec().summary(of: head.bytes).code.text
      codes.withLock { _ = $0.insert(code) }
    }
    return codes.withLock { $0 }
  }
}
