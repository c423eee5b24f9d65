import Foundation
import Glibc
public import LiaisonSync
import Synchronization

/// A TCP line to a server that can fall silent: then it carries nothing more, either way, and
/// keeps every connection open.
public final class SilentLine: Sendable {
  /// Where a connection falls silent by itself.
  public enum Place: Sendable {
    /// As it is made.
    case connecting
    /// Some bytes behind the server's last message of so many.
    case afterAnswers(Int, bytes: Int = 0)
    /// Behind the caller's last message of so many.
    case afterRequests(Int)
  }

  /// A connection that is carried.
  private final class Connection: Sendable {
    let isSilent = Mutex(false)
  }

  private struct State {
    var files: [Int32] = []
    var isClosed = false
    var connections: [Connection] = []
    /// Whether later connections are silent as well.
    var isMute = false
    /// Where the next connection falls silent.
    var place: Place?
  }

  public let endpoint: Endpoint
  /// Opens when the line falls silent.
  public let silence = Gate()
  private let listener: Int32
  private let server: Endpoint
  private let state: Mutex<State>
  private let closing = NSCondition()

  public init(to server: Endpoint) throws {
    let listening = try LoopbackListener()
    listener = listening.file
    self.server = server
    state = Mutex(State())
    endpoint = Endpoint(host: "127.0.0.1", port: listening.port)
    Thread.detachNewThread { self.accept() }
  }

  /// From now on nothing comes through.
  public func fallSilent() {
    let connections = state.withLock { state in
      state.isMute = true
      return state.connections
    }
    for connection in connections { connection.isSilent.withLock { $0 = true } }
    silence.open()
  }

  /// The next connection falls silent at a place; those after it are carried.
  public func fallSilent(at place: Place) { state.withLock { $0.place = place } }

  public func close() {
    let files = state.withLock { state in
      state.isClosed = true
      return state.files + [listener]
    }
    for file in files { _ = shutdown(file, Int32(SHUT_RDWR)) }
    closing.broadcast()
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      let place = state.withLock { state in
        state.files.append(client)
        defer { state.place = nil }
        return state.isMute ? .connecting : state.place
      }
      if case .connecting = place {
        silence.open()
        continue
      }
      guard let upstream = connect() else { return }
      let connection = Connection()
      state.withLock { $0.connections.append(connection) }
      Thread.detachNewThread {
        self.carry(connection, from: client, to: upstream, Cut(place, isClient: true))
      }
      Thread.detachNewThread {
        self.carry(connection, from: upstream, to: client, Cut(place, isClient: false))
      }
    }
  }

  /// A connection to the server; nil if the line is closed.
  private func connect() -> Int32? {
    let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = LoopbackListener.name(port: server.port)
    let isConnected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    let isClosed = state.withLock { state in
      state.files.append(upstream)
      return state.isClosed
    }
    return isConnected && !isClosed ? upstream : nil
  }

  private func carry(
    _ connection: Connection, from source: Int32, to target: Int32, _ cut: Cut
  ) {
    var cut = cut
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = read(source, &buffer, buffer.count)
      let isSilent = connection.isSilent.withLock { $0 }
      guard count > 0 else {
        if !isSilent { _ = shutdown(target, Int32(SHUT_WR)) }
        return
      }
      if isSilent { return hold() }
      let passing = cut.passing(buffer[..<count])
      guard SilentLine.send(buffer[..<passing], to: target) else { return }
      if cut.isReached {
        connection.isSilent.withLock { $0 = true }
        silence.open()
        return hold()
      }
    }
  }

  private func hold() {
    closing.lock()
    while !state.withLock({ $0.isClosed }) { closing.wait() }
    closing.unlock()
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
    var left = bytes
    while !left.isEmpty {
      let sent = left.withUnsafeBytes {
        Glibc.send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return false }
      left = left.dropFirst(sent)
    }
    return true
  }
}

/// Where the bytes of one direction are cut off.
private struct Cut {
  private(set) var isReached = false
  private var messages: GRPCMessages
  /// Behind how many messages, and how many bytes after them; nil if nowhere.
  private let count: Int?
  private var more = 0

  init(_ place: SilentLine.Place?, isClient: Bool) {
    messages = GRPCMessages(isClient: isClient)
    switch place {
    case .afterAnswers(let count, let bytes) where !isClient: (self.count, more) = (count, bytes)
    case .afterRequests(let count) where isClient: self.count = count
    case .connecting, .afterAnswers, .afterRequests, nil: count = nil
    }
  }

  /// How many of these bytes come through.
  mutating func passing(_ bytes: ArraySlice<UInt8>) -> Int {
    guard let count else { return bytes.count }
    for (passed, byte) in bytes.enumerated() {
      if messages.count >= count {
        isReached = more == 0
        if isReached { return passed }
        more -= 1
      }
      messages.take(byte)
    }
    isReached = messages.count >= count && more == 0
    return bytes.count
  }
}
