import LiaisonModel
import LiaisonSync
import Logging
import Synchronization
import TestSupport
import Testing

@testable import LiaisonGRPC

/// Calls over TCP, from end to end.
@Suite(.mustEnd)
struct CallTests {
  private let vienna: OfficeID
  private let clock = ManualClock()

  init() throws { vienna = try #require(OfficeID("VIE")) }

  private func call(
    _ register: StubRegister, as office: OfficeID? = nil,
    _ body: @escaping @Sendable (any SyncEndpoint) async throws -> Void
  ) async throws {
    try await register.serving { address, _ in
      let connector = GRPCConnector(to: address, .insecureLoopback(office ?? vienna), clock: clock)
      try await connector.connecting { try await body($0) }
    }
  }

  @Test func aPullBringsWhatTheRegisterSends() async throws {
    let asked = Mutex<PullRequest?>(nil)
    let register = StubRegister(answerPull: { request, send in
      asked.withLock { $0 = request }
      for message in [Sample.header, Sample.batch(2), Sample.batch(3)] { try await send(message) }
    })
    let received = Mutex<[PullResponse]>([])
    try await call(register) { endpoint in
      try await endpoint.pull(Sample.pull()) { message in received.withLock { $0.append(message) } }
    }
    #expect(asked.withLock { $0 } == Sample.pull())
    #expect(received.withLock { $0 } == [Sample.header, Sample.batch(2), Sample.batch(3)])
  }

  @Test func aPushSendsTheNextRequestAfterTheVerdictsOfTheLast() async throws {
    let events = Mutex<[String]>([])
    try await call(StubRegister()) { endpoint in
      try await endpoint.push {
        let number = events.withLock { $0.count / 2 + 1 }
        guard number <= 3 else { return nil }
        events.withLock { $0.append("sent \(number)") }
        return Sample.push(UInt8(number))
      } receive: { response in
        let edit = response.verdicts.first?.edit
        let number = (1...3).first { EditID(Sample.id(UInt8($0))) == edit }
        events.withLock { $0.append("verdict \(number ?? 0)") }
      }
    }
    #expect(
      events.withLock { $0 } == (1...3).flatMap { ["sent \($0)", "verdict \($0)"] })
  }

  @Test func callsBeyondThoseThatAServerTakesAtOnceWaitForTheirTurn() async throws {
    let (full, go) = (Gate(), Gate())
    let calls = Mutex((now: 0, most: 0))
    let register = StubRegister(answerPull: { _, _ in
      let isFull = calls.withLock { calls in
        calls.now += 1
        calls.most = max(calls.most, calls.now)
        return calls.now == Tuning.streams
      }
      if isFull { full.open() }
      try await go.wait()
      calls.withLock { $0.now -= 1 }
    })
    try await call(register) { endpoint in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<(Tuning.streams + 20) {
          group.addTask { try await endpoint.pull(Sample.pull()) { _ in } }
        }
        try await full.wait()
        go.open()
        try await group.waitForAll()
      }
    }
    #expect(calls.withLock { $0.most } == Tuning.streams)
  }

  @Test func noCallLeavesThisMachineUnencrypted() async throws {
    for host in ["192.0.2.1", "hq.example", "2001:db8::1"] {
      let server = Endpoint(host: host, port: 7401)
      await #expect(throws: CallError.notLoopback(server)) {
        try await GRPCConnector(to: server, .insecureLoopback(vienna)).connecting { _ in }
      }
    }
  }

  @Test(arguments: CallStatus.table.map(\.error))
  func everyErrorOfAServerComesOutOfBothCalls(error: CallError) async throws {
    let register = StubRegister(
      answerPull: { _, _ in throw error }, answerPush: { _ in throw error })
    try await call(register) { endpoint in
      await #expect(throws: error) { try await endpoint.pull(Sample.pull()) { _ in } }
      await #expect(throws: error) {
        try await endpoint.push(next: { Sample.push(1) }, receive: { _ in })
      }
    }
  }

  @Test func aStoreThatFailsInTheMiddleOfAPullIsUnavailable() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      throw StoreError.full
    })
    try await call(register) { endpoint in
      await #expect(throws: CallError.storeUnavailable) {
        try await endpoint.pull(Sample.pull()) { _ in }
      }
    }
  }

  @Test func aMessageThatIsLongerThanTheProtocolSaysIsNotRead() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      let bytes = [UInt8](repeating: 7, count: SyncLimits.messageBytes)
      try await send(
        .batch(
          PullBatch(
            changes: [Change(position: LogPosition(1), bytes: bytes)], through: .test(1),
            remaining: 0)))
    })
    try await call(register) { endpoint in
      await #expect(throws: CallError.self) {
        try await endpoint.pull(Sample.pull()) { message in
          #expect(message == Sample.header)
        }
      }
    }
  }

  /// gRPC cancels this side's work when the call has failed: that is not what it failed of.
  @Test func aCallThatFailsWhileThisSideWorksFailsOfWhatItFailedOf() async throws {
    try await call(StubRegister(), as: OfficeID("NYC")) { endpoint in
      await #expect(throws: CallError.unknownOffice) {
        try await endpoint.push(
          next: {
            try await Gate().wait()
            return nil
          }, receive: { _ in })
      }
    }
  }

  @Test func anOfficeThatTheRegisterDoesNotHaveIsTold() async throws {
    try await call(StubRegister(), as: OfficeID("NYC")) { endpoint in
      await #expect(throws: CallError.unknownOffice) {
        try await endpoint.pull(Sample.pull()) { _ in }
      }
    }
  }

  @Test func whatThisSideThrowsInTheMiddleOfACallComesOutAsItIs() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await Gate().wait()
    })
    try await call(register) { endpoint in
      await #expect(throws: StoreError.full) {
        try await endpoint.pull(Sample.pull()) { _ in throw StoreError.full }
      }
      await #expect(throws: StoreError.full) {
        try await endpoint.push(next: { throw StoreError.full }, receive: { _ in })
      }
      await #expect(throws: StoreError.changed) {
        try await endpoint.push(
          next: { Sample.push(1) }, receive: { _ in throw StoreError.changed })
      }
    }
  }

  @Test func whereNobodyListensNoServerAnswers() async throws {
    let address = try await StubRegister().serving { address, _ in address }
    let connector = GRPCConnector(to: address, .insecureLoopback(vienna), clock: clock)
    await #expect(throws: CallError.unreachable(.noAnswer)) {
      try await connector.connecting { try await $0.pull(Sample.pull()) { _ in } }
    }
  }

  @Test func theCallAfterOneThatBrokeGetsAConnectionOfItsOwn() async throws {
    try await StubRegister().serving { server, _ in
      let line = try ShortLine(to: server)
      defer { line.close() }
      let connector = GRPCConnector(to: line.endpoint, .insecureLoopback(vienna), clock: clock)
      // Within the preface, and within the first call.
      for bytes in [0, 20, 200] {
        line.breaks(after: bytes, .toServer)
        try await connector.connecting { endpoint in
          await #expect(throws: CallError.unreachable(.noAnswer)) {
            try await endpoint.pull(Sample.pull()) { _ in }
          }
          line.breaks(after: nil, .toServer)
          try await endpoint.pull(Sample.pull()) { _ in }
        }
      }
    }
  }

  @Test func aServerThatGoesAwayInTheMiddleIsUnreachable() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await Gate().wait()
    })
    let (headers, header) = AsyncStream.makeStream(of: Void.self)
    let (addresses, address) = AsyncStream.makeStream(of: Endpoint.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await register.serving { server, _ in
          address.yield(server)
          await headers.first { _ in true }
        }
      }
      let server = try #require(await addresses.first { _ in true })
      let connector = GRPCConnector(to: server, .insecureLoopback(vienna), clock: clock)
      await #expect(throws: CallError.unreachable(.noAnswer)) {
        try await connector.connecting { try await $0.pull(Sample.pull()) { _ in header.yield() } }
      }
    }
  }

  @Test func aCallThatItsOwnTaskCancelsEndsAsCancelled() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await Gate().wait()
    })
    try await call(register) { endpoint in
      let (headers, header) = AsyncStream.makeStream(of: Void.self)
      await #expect(throws: CancellationError.self) {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            try await endpoint.pull(Sample.pull(follow: true)) { _ in header.yield() }
          }
          await headers.first { _ in true }
          group.cancelAll()
          try await group.next()
        }
      }
    }
  }

  @Test func heartbeatsKeepAFollowAlivePastEveryPatience() async throws {
    let beats = Mutex(0)
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      for _ in 0..<5 { try await send(Sample.heartbeat) }
    })
    try await call(register) { endpoint in
      try await endpoint.pull(Sample.pull(follow: true)) { message in
        beats.withLock { $0 += 1 }
        // The time of this side's own work: far more than the patience.
        clock.advance(by: SyncLimits.patience * 10)
      }
    }
    #expect(beats.withLock { $0 } == 6)
  }
}
