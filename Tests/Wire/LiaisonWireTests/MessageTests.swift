import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

struct MessageTests {
  let codec = RevisionCodec()
  let register = RegisterID(Sample.id(9))
  let cursor = Cursor(lineage: Lineage(.max), position: LogPosition(12))

  private func accepted() throws -> Committed {
    Committed(
      position: LogPosition(3), revision: try codec.encode(Sample.revision()).id)
  }

  private func verdicts() throws -> [Verdict] {
    let accepted = try accepted()
    let outcomes: [Verdict.Outcome] =
      [
        .committed(accepted), .alreadyCommitted(accepted), .stale(head: accepted.revision),
        .stale(head: nil),
      ] + Refusal.Code.allCases.map { .refused(Refusal($0, "because")) }
    return outcomes.map { Verdict(edit: EditID(Sample.id(5)), outcome: $0) }
  }

  private func batch() throws -> LogBatch {
    LogBatch(
      items: [
        .init(
          position: LogPosition(4), bytes: try codec.encode(Sample.revision()).bytes)
      ], through: LogPosition(9), isLast: false)
  }

  @Test func everyMessageGoesRound() throws {
    for request in [
      PullRequest(register: nil, cursor: nil, schemaVersion: 0, follow: false),
      PullRequest(register: register, cursor: cursor, schemaVersion: 3, follow: true),
    ] {
      #expect(try PullRequest(wire: request.wireBytes()) == request)
    }
    for schema in [nil, Schema.cooperationRegister] {
      let header = PullHeader(
        register: register, head: cursor, schemaVersion: 1, schema: schema,
        limits: ServerLimits())
      #expect(try PullResponse(wire: PullResponse.header(header).wireBytes()) == .header(header))
    }
    let push = PushRequest(
      register: register, lineage: Lineage(3),
      edits: [Edit(id: EditID(Sample.id(6)), bytes: [1, 2, 3])])
    #expect(try PushRequest(wire: push.wireBytes()) == push)
    let reply = PushResponse(verdicts: try verdicts())
    #expect(try PushResponse(wire: reply.wireBytes()) == reply)
    #expect(try Schema(wire: Schema.cooperationRegister.wireBytes()) == .cooperationRegister)
  }

  @Test func aBatchArrivesNamedAndSummarized() throws {
    let bytes = try PullResponse.batch(batch(), remaining: 5).wireBytes()
    guard case .batch(let batch) = try PullResponse(wire: bytes) else {
      Issue.record("not a batch")
      return
    }
    let revision = try Sample.revision()
    #expect(batch.changes.map(\.revision) == [try codec.encode(revision)])
    #expect(batch.changes.map(\.summary) == [RevisionSummary(revision)])
    #expect(batch.through == LogPosition(9) && batch.remaining == 5)
  }

  @Test func truncatedAndMutatedMessagesNeverTrap() throws {
    print("seed 77")
    var random = Seeded(77)
    let header = PullHeader(
      register: register, head: cursor, schemaVersion: 1, schema: .cooperationRegister,
      limits: ServerLimits())
    let messages: [[UInt8]] = [
      try PullResponse.header(header).wireBytes(),
      try PullResponse.batch(batch(), remaining: 0).wireBytes(),
      try PushResponse(verdicts: verdicts()).wireBytes(),
    ]
    var failures = 0
    func read(_ bytes: [UInt8]) {
      if (try? PullResponse(wire: bytes)) == nil { failures += 1 }
      if (try? PushResponse(wire: bytes)) == nil { failures += 1 }
      if (try? PushRequest(wire: bytes)) == nil { failures += 1 }
      if (try? Schema(wire: bytes)) == nil { failures += 1 }
    }
    for message in messages {
      for length in 0..<message.count { read(Array(message.prefix(length))) }
      for _ in 0..<1000 {
        var mutant = message
        mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
        read(mutant)
      }
    }
    #expect(failures > 1000)
  }

  @Test func aMessageOfHostileCountsIsCapped() throws {
    // Two bytes each: over a million empty edits in 4 MiB, each of which takes far more in memory.
    let many = [[UInt8]](repeating: [0x22, 0x00], count: SyncLimits.messageBytes / 2).flatMap { $0 }
    #expect(throws: WireError.self) { try PushRequest(wire: many) }
    let huge: [UInt8] = [0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]
    #expect(throws: WireError.self) { try PushRequest(wire: huge) }
  }

  @Test func aSequenceBelowZeroIsNone() {
    // Batch { through = -1 }
    let bytes: [UInt8] = [0x12, 11, 0x10] + [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(Sample.code { _ = try PullResponse(wire: bytes) } == .malformed)
  }
}
