import LiaisonGRPC
import LiaisonModel
import LiaisonSync
import Logging
import Synchronization
import TestSupport
import Testing

/// How a server lets go of its callers, and they of it.
@Suite(.mustEnd)
struct DrainTests {
  private let vienna: OfficeID

  init() throws { vienna = try #require(OfficeID("VIE")) }

  /// One that never gives a server up: no time passes.
  private func connector(_ server: Endpoint) -> GRPCConnector {
    GRPCConnector(to: server, .insecureLoopback(vienna), clock: ManualClock())
  }

  @Test func aDrainingServerEndsAFollow() async throws {
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await Gate().wait()
    })
    try await register.serving { address, server in
      try await connector(address).connecting { endpoint in
        try await endpoint.pull(Sample.pull(follow: true)) { _ in server.drain() }
      }
    }
  }

  @Test func aDrainingServerLetsAPullComeToItsEnd() async throws {
    let gate = Gate()
    let register = StubRegister(answerPull: { _, send in
      try await send(Sample.header)
      try await gate.wait()
      for position in 1...3 { try await send(Sample.batch(Int64(position))) }
    })
    let received = Mutex(0)
    try await register.serving { address, server in
      try await connector(address).connecting { endpoint in
        try await endpoint.pull(Sample.pull()) { _ in
          let count = received.withLock { received in
            received += 1
            return received
          }
          guard count == 1 else { return }
          server.drain()
          gate.open()
        }
      }
    }
    #expect(received.withLock { $0 } == 4)
  }

  @Test func aFollowerWhoLeavesIsForgotten() async throws {
    let (endings, ending) = AsyncStream.makeStream(of: Bool.self)
    let register = StubRegister(answerPull: { _, send in
      defer { ending.yield(Task.isCancelled) }
      try await send(Sample.header)
      try await Gate().wait()
    })
    try await register.serving { address, _ in
      try await connector(address).connecting { endpoint in
        let (headers, header) = AsyncStream.makeStream(of: Void.self)
        await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            try await endpoint.pull(Sample.pull(follow: true)) { _ in header.yield() }
          }
          await headers.first { _ in true }
          group.cancelAll()
        }
        #expect(await endings.first { _ in true } == true)
      }
    }
  }

  @Test func aServerListensOnLoopbackOnly() throws {
    for host in ["0.0.0.0", "192.0.2.1", "example.org", "::"] {
      let address = Endpoint(host: host, port: 0)
      #expect(throws: ListenError.notLoopback(address)) {
        try SyncServer(listener: StubRegister(), addresses: [address], log: Logger(label: "test"))
      }
    }
    for host in ["127.0.0.1", "::1", "localhost"] {
      _ = try SyncServer(
        listener: StubRegister(), addresses: [Endpoint(host: host, port: 0)],
        log: Logger(label: "test"))
    }
  }

  @Test func anAddressThatIsTakenCannotBeListenedOn() async throws {
    try await StubRegister().serving { address, _ in
      let second = try SyncServer(
        listener: StubRegister(), addresses: [address], log: Logger(label: "test"))
      await #expect(throws: ListenError.cannotListen(address)) { try await second.run { _ in } }
    }
  }
}
