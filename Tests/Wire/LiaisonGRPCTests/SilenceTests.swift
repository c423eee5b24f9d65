import LiaisonGRPC
import LiaisonModel
import LiaisonSync
import Synchronization
import TestSupport
import Testing

/// A server that goes silent anywhere is given up, whatever the sockets still promise.
@Suite(.mustEnd)
struct SilenceTests {
  private let vienna: OfficeID
  private let clock = ManualClock()

  init() throws { vienna = try #require(OfficeID("VIE")) }

  private func connector(_ line: SilentLine) -> GRPCConnector {
    GRPCConnector(to: line.endpoint, .insecureLoopback(vienna), clock: clock)
  }

  /// Calls a register over a line that can fall silent, and expects to give it up as silent: time
  /// passes from then on, and not before.
  /// - Parameter after: how long that takes; what a client gives for everything but a first answer.
  private func giveUp(
    _ register: StubRegister, after time: Duration = .seconds(30),
    _ body: @escaping @Sendable (any SyncEndpoint, SilentLine) async throws -> Void
  ) async throws {
    try await register.serving { server, _ in
      let line = try SilentLine(to: server)
      defer { line.close() }
      await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask {
          try await line.silence.wait()
          while !Task.isCancelled {
            await clock.untilSomebodySleeps()
            clock.advanceToTheFirst()
          }
        }
        await #expect(throws: CallError.unreachable(.silent)) {
          try await connector(line).connecting { try await body($0, line) }
        }
        // What passes while this side is still at work does not count: it is looked at again each 20 seconds.
        let counted = clock.now.offset - time
        #expect(counted >= .zero && counted.components.seconds % 20 == 0, "\(clock.now.offset)")
      }
    }
  }

  @Test func afterConnecting() async throws {
    try await giveUp(StubRegister(), after: .seconds(20)) { endpoint, line in
      line.fallSilent()
      try await endpoint.pull(Sample.pull()) { _ in Issue.record("something came") }
    }
  }

  @Test func afterTheHeader() async throws {
    let gate = Gate()
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await gate.wait()
      try await send(Sample.batch(3))
    })
    try await giveUp(register) { endpoint, line in
      try await endpoint.pull(Sample.pull()) { message in
        #expect(message == Sample.header)
        line.fallSilent()
        gate.open()
      }
    }
  }

  @Test func inTheMiddleOfBatches() async throws {
    let gate = Gate()
    let received = Mutex(0)
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await send(Sample.batch(1, bytes: 100_000))
      try await gate.wait()
      // More than any window holds: the server is stopped in the middle as well.
      for position in 2..<200 { try await send(Sample.batch(Int64(position), bytes: 500_000)) }
    })
    try await giveUp(register) { endpoint, line in
      try await endpoint.pull(Sample.pull()) { _ in
        let count = received.withLock { received in
          received += 1
          return received
        }
        guard count == 2 else { return }
        line.fallSilent()
        gate.open()
      }
    }
    #expect(received.withLock { $0 } == 2)
  }

  @Test func beforeTheEndOfAPull() async throws {
    let gate = Gate()
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await send(Sample.batch(3))
      try await gate.wait()
    })
    try await giveUp(register) { endpoint, line in
      try await endpoint.pull(Sample.pull()) { message in
        guard message == Sample.batch(3) else { return }
        line.fallSilent()
        gate.open()
      }
    }
  }

  @Test func inAFollowThatHasNothingToTell() async throws {
    let gate = Gate()
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await gate.wait()
      for _ in 0..<3 { try await send(Sample.heartbeat) }
      try await Gate().wait()
    })
    try await giveUp(register) { endpoint, line in
      try await endpoint.pull(Sample.pull(follow: true)) { _ in
        line.fallSilent()
        gate.open()
      }
    }
  }

  /// Pushes one request that is answered, and then another over a silent line.
  private func pushIntoSilence(bytes: Int) async throws {
    let sent = Mutex<UInt8>(0)
    let answered = Mutex(0)
    try await giveUp(StubRegister()) { endpoint, line in
      try await endpoint.push {
        let number = sent.withLock { sent in
          sent += 1
          return sent
        }
        if number == 2 { line.fallSilent() }
        return Sample.push(number, bytes: number == 2 ? bytes : 3)
      } receive: { _ in
        answered.withLock { $0 += 1 }
      }
    }
    #expect(sent.withLock { $0 } == 2 && answered.withLock { $0 } == 1)
  }

  @Test func beforeAVerdict() async throws { try await pushIntoSilence(bytes: 3) }

  @Test func whileARequestCannotBeWritten() async throws {
    try await pushIntoSilence(bytes: SyncLimits.messageBytes - 1000)
  }

  @Test func aLineThatFallsSilentAfterACallDoesNotHoldUpTheEndOfTheConnection() async throws {
    let register = StubRegister(answerPull: { _, send in try await send(Sample.header) })
    try await register.serving { server, _ in
      let line = try SilentLine(to: server)
      defer { line.close() }
      try await connector(line).connecting { endpoint in
        try await endpoint.pull(Sample.pull()) { _ in }
        line.fallSilent()
      }
    }
  }

  @Test func aSecondCallOverALineThatFellSilentIsGivenUpToo() async throws {
    let register = StubRegister(answerPull: { _, send in try await send(Sample.header) })
    try await giveUp(register, after: .seconds(20)) { endpoint, line in
      try await endpoint.pull(Sample.pull()) { _ in }
      line.fallSilent()
      try await endpoint.pull(Sample.pull()) { _ in Issue.record("something came") }
    }
  }
}
