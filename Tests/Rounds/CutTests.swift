import LiaisonModel
import LiaisonReplica
import LiaisonSync
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
    // Both calls; a header and three batches, three requests and three responses.
    #expect(points >= 2 + 2 * 4 + 3 + 2 * 3)
  }

  /// - Returns: false if the sync has fewer points than that.
  private func isCut(at point: Int) async throws -> Bool {
    let hq = try await Headquarters(limit: BatchLimit(count: Self.batch))
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
    let isThrough: Bool
    do {
      try await vienna.on(link).sync()
      isThrough = true
    } catch let error as CallError where error == CutLink.broken {
      isThrough = false
    }
    #expect(isThrough == (passed.withLock { $0 } <= point))

    // What was not applied or not answered comes again, and nothing else.
    let lost = Set(try hq.revisions().map(\.state.code.text)).subtracting(try await vienna.heads())
    let report = try await vienna.sync().round
    #expect(report.received == lost.count)
    #expect(lost.filter { $0.hasPrefix("OUT-") }.count <= Self.batch)
    #expect(try await vienna.heads().count == Self.incoming + Self.outgoing)
    #expect(try await vienna.digest() == hq.digest())
    #expect(try hq.revisions().count == Self.incoming + Self.outgoing)
    #expect(try await vienna.pending().isEmpty, "nothing waits any more")
    return !isThrough
  }
}
