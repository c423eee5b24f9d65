internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import Synchronization

typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

/// The way of an endpoint's calls. gRPC takes a connection for whole a moment after it broke, and waits before it
/// makes another: the call after one that broke gets a new one at once.
final class ClientConnection: Sendable {
  private struct State {
    var client: Client
    /// Of each connection that was made.
    var running: [Task<Void, Never>] = []
    var isBroken = false

    /// Connects with the first call.
    mutating func run() {
      // What it fails of, the calls fail of.
      running.append(Task { [client] in try? await client.runConnections() })
    }
  }

  private let connect: @Sendable () throws -> HTTP2ClientTransport.Posix
  private let state: Mutex<State>

  init(_ connect: @escaping @Sendable () throws -> HTTP2ClientTransport.Posix) throws {
    self.connect = connect
    var state = State(client: Client(transport: try connect()))
    state.run()
    self.state = Mutex(state)
  }

  /// What the next call goes over.
  func client() throws -> Client {
    try state.withLock { state in
      if state.isBroken {
        state.client = Client(transport: try connect())
        state.isBroken = false
        state.run()
      }
      return state.client
    }
  }

  func broke(_ client: Client) {
    state.withLock { if $0.client === client { $0.isBroken = true } }
  }

  /// All calls have ended: nothing is left to wait for, and a silent server would not answer a farewell.
  func close() async {
    let running = state.withLock { $0.running }
    for one in running { one.cancel() }
    for one in running { await one.value }
  }
}
