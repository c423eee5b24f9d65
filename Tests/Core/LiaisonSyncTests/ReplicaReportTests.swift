import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What a replica says of itself, and what a server keeps of that.
struct ReplicaReportTests {
  private var random = Seeded(1)

  private mutating func edit(at milliseconds: Int64) -> EditID {
    EditID(at: Timestamp(milliseconds: milliseconds), random: &random)
  }

  @Test mutating func theOldestEditIsAsOldAsWhatItTookIn() {
    var counts = ReplicaCounts()
    (counts.ready, counts.conflicts, counts.codeTaken, counts.refused) = (1, 2, 3, 4)
    let edits = [edit(at: 90_000), edit(at: 30_500), edit(at: 60_000)]
    let now = Timestamp(milliseconds: 100_000)
    let report = ReplicaReport(counts, edits, at: now, client: "0.1.0")
    #expect(report == ReplicaReport(waiting: 10, age: 69, conflicts: 5, client: "0.1.0"))
    let idle = ReplicaReport(ReplicaCounts(), [], at: now, client: "")
    #expect(idle == ReplicaReport(waiting: 0, age: 0, conflicts: 0))
    // A clock that was set back since.
    let early = Timestamp(milliseconds: 1000)
    #expect(ReplicaReport(counts, edits, at: early, client: "").age == 0)
  }

  @Test func whatIsOutOfBoundsIsBounded() {
    let report = ReplicaReport(
      waiting: .max, age: -1, conflicts: .min,
      client: "\u{1B}[31m evil\0\n" + String(repeating: "é9", count: 99))
    #expect(report.waiting == Int(UInt32.max) && report.age == 0 && report.conflicts == 0)
    #expect(report.client == "[31mevil" + String(repeating: "9", count: 24))
  }

  private func sighting() -> ReplicaSighting {
    ReplicaSighting(called: Timestamp(milliseconds: 0), peer: "ipv4:192.0.2.1:1")
  }

  private func verdict(_ outcome: Verdict.Outcome) -> Verdict {
    var random = Seeded(2)
    return Verdict(
      edit: EditID(at: Timestamp(milliseconds: 1), random: &random), outcome: outcome)
  }

  @Test func whatWasSentSinceWaitsNoMore() {
    var sighting = sighting()
    let committed = Committed(
      position: LogPosition(5), revision: RevisionID([UInt8](repeating: 1, count: 32))!)
    // A replica that has said nothing of itself.
    sighting.hasPushed([verdict(.committed(committed))])
    sighting.says(nil, known: 1, at: Timestamp(milliseconds: 1))
    #expect(sighting.outbox == nil && sighting.client.isEmpty)

    let now = Timestamp(milliseconds: 100_000)
    sighting.says(
      ReplicaReport(waiting: 5, age: 60, conflicts: 1, client: "0.1.0"), known: 1, at: now)
    let since = Timestamp(milliseconds: 40_000)
    #expect(sighting.outbox == .init(waiting: 4, oldest: since, conflicts: 1))
    #expect(sighting.client == "0.1.0")
    sighting.hasPushed([
      verdict(.committed(committed)), verdict(.alreadyCommitted(committed)),
      verdict(.stale(head: nil)), verdict(.refused(Refusal(.invalid, "x"))),
    ])
    #expect(sighting.outbox == .init(waiting: 2, oldest: since, conflicts: 1))
    // A conflict is not sent.
    sighting.hasPushed(Array(repeating: verdict(.committed(committed)), count: 9))
    #expect(sighting.outbox == .init(waiting: 1, oldest: since, conflicts: 1))

    sighting.says(ReplicaReport(waiting: 2, age: 60, conflicts: 0), known: 2, at: now)
    #expect(sighting.outbox == .init(waiting: 0, oldest: nil, conflicts: 0))
    sighting.says(nil, known: 0, at: now)
    #expect(sighting.outbox?.waiting == 0, "what an older client does not say is no news")
  }

  @Test func noEditIsOlderThanTime() {
    var sighting = sighting()
    sighting.says(
      ReplicaReport(waiting: 1, age: .max, conflicts: 0), known: 0,
      at: Timestamp(milliseconds: 1_800_000_000_000))
    #expect(sighting.outbox?.oldest == Timestamp(milliseconds: 0))
  }
}
