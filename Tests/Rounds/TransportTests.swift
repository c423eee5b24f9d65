import Glibc
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import Testing

/// What can be wrong with the line and the other end of it.
struct TransportTests {
  private let office: OfficeID

  init() throws { office = try #require(OfficeID("VIE")) }

  /// A socket that takes connections and never says a word.
  private final class SilentListener {
    let address: String
    private let file: Int32

    init() throws {
      file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var name = sockaddr_in()
      name.sin_family = sa_family_t(AF_INET)
      name.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let file = file
      let isListening = withUnsafeMutablePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(file, $0, length) == 0 && listen(file, 8) == 0 && getsockname(file, $0, &length) == 0
        }
      }
      guard isListening else { throw Problem("no socket to listen on") }
      address = "127.0.0.1:\(UInt16(bigEndian: name.sin_port))"
    }

    deinit { close(file) }
  }

  @Test func aServerThatStaysSilentIsGivenUp() async throws {
    let listener = try SilentListener()
    let request = PullRequest(register: nil, cursor: nil, schemaVersion: 0, follow: false)
    await #expect {
      try await GRPCSyncTransport.connecting(
        to: listener.address, office: office, answerTime: .milliseconds(200)
      ) { try await $0.pull(request) { _ in } }
    } throws: {
      ($0 as? SyncError)?.code == .unreachable && "\($0)".contains("does not answer")
    }
  }

  @Test func anAnswerThatTakesLongIsNotCutOffOnceItHasBegun() async throws {
    let hq = try Headquarters()
    try await hq.overTCP { link in
      let request = PullRequest(register: nil, cursor: nil, schemaVersion: 0, follow: false)
      try await GRPCSyncTransport.connecting(
        to: link.address, office: office, answerTime: .seconds(1)
      ) { transport in
        try await transport.pull(request) { _ in
          // The answer time passes while this side works.
          let start = ContinuousClock.now
          while ContinuousClock.now - start < .milliseconds(1300) { await Task.yield() }
        }
      }
    }
  }

  @Test func aFollowerWhoLeavesIsForgotten() async throws {
    let hq = try Headquarters()
    let vienna = try hq.office("VIE", DirectLink(service: hq.service))
    try await vienna.sync()
    let cursor = try await vienna.store.identity().cursor
    try await hq.overTCP { link in
      let request = PullRequest(
        register: nil, cursor: cursor, schemaVersion: 1, follow: true)
      try await link.connecting(vienna.id) { transport in
        try await withThrowingTaskGroup(of: Void.self) { group in
          let (headers, header) = AsyncStream.makeStream(of: Void.self)
          for _ in 0..<10 {
            group.addTask { try? await transport.pull(request) { _ in header.yield() } }
          }
          var iterator = headers.makeAsyncIterator()
          for _ in 0..<10 { await iterator.next() }
          while link.service.followers < 10 { await Task.yield() }
          group.cancelAll()
          try await group.waitForAll()
        }
      }
      while link.service.followers > 0 { await Task.yield() }
    }
  }

  @Test func aFailureOfThisSideInTheMiddleOfACallIsToldAsWhatItIs() async throws {
    let hq = try Headquarters()
    try await hq.overTCP { link in
      let full = StoreError(.full, "the disk is full")
      @Sendable func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
          try await body()
          return nil
        } catch {
          return (error as? StoreError)?.code
        }
      }
      try await link.connecting(office) { transport in
        let request = PullRequest(register: nil, cursor: nil, schemaVersion: 0, follow: false)
        #expect(await code { try await transport.pull(request) { _ in throw full } } == .full)
        #expect(
          await code { try await transport.push(next: { throw full }, receive: { _ in }) } == .full)
      }
    }
  }
}
