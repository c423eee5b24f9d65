import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

struct MessageTests {
  @Test func everyMessageGoesRound() throws {
    for request in [
      PullRequest(register: nil, cursor: nil, schema: nil, follow: false),
      PullRequest(
        register: Sample.register, cursor: Sample.cursor, schema: SchemaMark(Array(1...8)),
        follow: true,
        edits: [EditID(Sample.id(6)), EditID(Sample.id(7))], older: [.test(0), .test(4)]),
      Sample.reporting,
    ] {
      #expect(try PullRequest(wire: request.wireBytes()) == request)
    }
    let heartbeat = PullBatch(changes: [], through: .test(9), remaining: 0)
    for response in [
      PullResponse.header(try Sample.header(nil)), .header(try Sample.header(try Sample.schema())),
      .batch(Sample.batch), .batch(heartbeat),
    ] {
      #expect(try PullResponse(wire: response.wireBytes()) == response)
    }
    #expect(try PushRequest(wire: Sample.push.wireBytes()) == Sample.push)
    let request = HistoryRequest(
      register: Sample.register, record: RecordID(Sample.id(8)), cursor: Sample.cursor)
    #expect(try HistoryRequest(wire: request.wireBytes()) == request)
    let history = HistoryResponse(revisions: Sample.batch.changes + Sample.changes)
    #expect(try HistoryResponse(wire: history.wireBytes()) == history)
    #expect(try PushResponse(wire: Sample.verdicts().wireBytes()) == Sample.verdicts())
    #expect(try Schema(wire: Sample.schema().wireBytes()) == Sample.schema())
  }

  @Test func aReportThatIsOutOfBoundsFailsNoPull() throws {
    // PullRequest { protocol = 1, report { age = 2^32 - 1, client = "a b\u{7F}" } }; 40 bytes of a client.
    let most: [UInt8] = [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
    let odd = try PullRequest(
      wire: [0x08, 1, 0x52, 12] + most + [0x22, 4, 0x61, 0x20, 0x62, 0x7F])
    #expect(
      odd.report == ReplicaReport(waiting: 0, age: Int(UInt32.max), conflicts: 0, client: "ab"))
    let long = [UInt8](repeating: 0x61, count: 40)
    let client = try PullRequest(wire: [0x08, 1, 0x52, 42, 0x22, 40] + long).report?.client
    #expect(client == String(repeating: "a", count: ReplicaReport.clientBytes))
    #expect(Sample.fault { _ = try PullRequest(wire: [0x52, 3, 0x22, 1, 0xFF]) } == .malformed)
  }

  @Test func aHeartbeatIsACursor() throws {
    let heartbeat = PullBatch(changes: [], through: .test(9), remaining: 0)
    #expect(try PullResponse.batch(heartbeat).wireBytes() == [0x12, 38] + through)
  }

  /// A batch's cursor: position 9, and 32 bytes.
  private let through: [UInt8] = [0x12, 36, 0x08, 9, 0x12, 32] + Cursor.test(9).prefix.bytes

  @Test func aBatchIsTheBytesThatTheProtocolFixes() throws {
    let first: [UInt8] = [0x0A, 7, 0x08, 4, 0x12, 3, 1, 2, 3]
    let second: [UInt8] = [0x0A, 5, 0x08, 6, 0x12, 1, 0xFF]
    let rest = through + [0x18, 5]
    #expect(
      try PullResponse.batch(Sample.batch).wireBytes() == [0x12, 56] + first + second + rest)
  }

  @Test func aMessageThatIsCutAtAnyByteNeverReadsAsTheWhole() throws {
    func check<Message: WireEncodable & WireDecodable & Equatable>(_ message: Message) throws {
      let bytes = try message.wireBytes()
      for length in 0..<bytes.count {
        let cut = try? Message(wire: Array(bytes.prefix(length)))
        #expect(cut != message, "\(Message.self) cut at \(length) of \(bytes.count)")
      }
    }
    try check(
      PullRequest(
        register: Sample.register, cursor: Sample.cursor, schema: SchemaMark(Array(1...8)),
        follow: true))
    try check(Sample.reporting)
    try check(PullResponse.header(Sample.header(try Sample.schema())))
    try check(PullResponse.batch(Sample.batch))
    try check(Sample.push)
    try check(Sample.verdicts())
    try check(Sample.schema())
  }

  @Test(arguments: [77, 78] as [UInt64])
  func mutatedMessagesNeverTrap(seed: UInt64) throws {
    var random = Seeded(seed)
    var refused = 0
    func read(_ bytes: [UInt8]) {
      if (try? PullRequest(wire: bytes)) == nil { refused += 1 }
      if (try? PullResponse(wire: bytes)) == nil { refused += 1 }
      if (try? PushResponse(wire: bytes)) == nil { refused += 1 }
      if (try? PushRequest(wire: bytes)) == nil { refused += 1 }
      if (try? Schema(wire: bytes)) == nil { refused += 1 }
    }
    for message in [
      try PullResponse.header(Sample.header(try Sample.schema())).wireBytes(),
      try PullResponse.batch(Sample.batch).wireBytes(),
      try Sample.push.wireBytes(), try Sample.verdicts().wireBytes(),
    ] {
      for _ in 0..<500 {
        var mutant = message
        mutant[Int.random(in: 0..<mutant.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
        read(mutant)
      }
    }
    #expect(refused > 1000, "seed \(seed)")
  }

  @Test func aMessageOfHostileCountsIsCapped() throws {
    // Batch { changes: [{}, {} …] }: two bytes each on the wire, far more in memory.
    let count = 1_000_000
    let length: [UInt8] = [0xA6, 0x89, 0x7A]  // 2,000,038
    let bytes =
      [0x12] + length
      + [[UInt8]](repeating: [0x0A, 0x00], count: count).flatMap { $0 }
      + through
    #expect(bytes.count < SyncLimits.messageBytes)
    #expect(Sample.fault { _ = try PullResponse(wire: bytes) } == .malformed)
    // Nothing but the memory was wrong with it.
    guard case .batch(let batch) = try PullResponse(wire: bytes, memory: 1 << 30) else {
      Issue.record("not a batch")
      return
    }
    #expect(batch.changes.count == count)
  }

  @Test func aLengthBeyondTheMessageIsRefusedBeforeAnyMemoryIsTaken() {
    let huge: [UInt8] = [0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]
    #expect(Sample.fault { _ = try PushRequest(wire: huge) } == .malformed)
  }

  @Test func aPositionBelowZeroIsNone() {
    // Batch { through = -1 }
    let bytes: [UInt8] = [0x12, 11, 0x10] + [UInt8](repeating: 0xFF, count: 9) + [1]
    #expect(Sample.fault { _ = try PullResponse(wire: bytes) } == .malformed)
  }

  @Test func whatOnlyANewerVersionKnowsIsSaidToBeUnknown() throws {
    #expect(Sample.fault { _ = try PullResponse(wire: [0x1A, 0]) } == .unknown)
    // A verdict without an outcome that is known.
    #expect(Sample.fault { _ = try PushResponse(wire: [0x0A, 3, 0x7A, 1, 0]) } == .unknown)
  }

  @Test func aReasonThatOnlyANewerServerKnowsIsReadAsInvalidWithItsMessage() throws {
    let edit = EditID(Sample.id(5))
    // Verdict { edit, refused { reason = 99, message = "x" } }
    let refused: [UInt8] = [0x2A, 5, 0x08, 99, 0x12, 1, 0x78]
    let bytes: [UInt8] = [0x0A, 25, 0x0A, 16] + edit.bytes + refused
    let response = try PushResponse(wire: bytes)
    #expect(
      response.verdicts == [Verdict(edit: edit, outcome: .refused(Refusal(.invalid, "x")))])
  }

  @Test func aSchemaBeyondItsLimitIsTooLarge() {
    let bytes = [UInt8](repeating: 0, count: Limits.schemaBytes + 1)
    #expect(
      throws: CodingError.tooLarge("a schema", limit: Limits.schemaBytes)
    ) { try Schema(wire: bytes) }
  }
}
