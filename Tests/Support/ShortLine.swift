import Foundation
import Glibc
public import LiaisonSync
import Synchronization

/// A TCP line to a server that breaks after so many bytes one way: then both ends are closed.
public final class ShortLine: Sendable {
  public enum Way: Sendable, CaseIterable {
    case toServer
    case toClient
  }

  private struct State {
    var room: [Way: Int] = [:]
    var carried: [Way: Int] = [:]
    var files: [Int32] = []
  }

  public let endpoint: Endpoint
  private let listener: Int32
  private let server: Endpoint
  private let state = Mutex(State())

  public init(to server: Endpoint) throws {
    let listening = try LoopbackListener()
    listener = listening.file
    self.server = server
    endpoint = Endpoint(host: "127.0.0.1", port: listening.port)
    Thread.detachNewThread { self.accept() }
  }

  /// Every connection from now on breaks after so many bytes one way; none does, if that is nil.
  public func breaks(after bytes: Int?, _ way: Way) {
    state.withLock { state in
      state.room = bytes.map { [way: $0] } ?? [:]
      state.carried = [:]
    }
  }

  /// The bytes that were carried one way since.
  public func carried(_ way: Way) -> Int { state.withLock { $0.carried[way] ?? 0 } }

  public func close() {
    let files = state.withLock { $0.files }
    for file in files + [listener] { _ = shutdown(file, Int32(SHUT_RDWR)) }
    Glibc.close(listener)
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var name = LoopbackListener.name(port: server.port)
      let status = withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      let room = state.withLock { state in
        state.files += [client, upstream]
        return state.room
      }
      guard status == 0 else {
        end(client, upstream)
        continue
      }
      let both = Pair(client: client, upstream: upstream)
      for way in Way.allCases {
        Thread.detachNewThread { self.carry(both, way, room[way]) }
      }
    }
  }

  private final class Pair: Sendable {
    let client, upstream: Int32
    /// Ways that are still carried.
    let open = Mutex(2)

    init(client: Int32, upstream: Int32) { (self.client, self.upstream) = (client, upstream) }
  }

  private func carry(_ pair: Pair, _ way: Way, _ most: Int?) {
    let (from, to) =
      way == .toServer ? (pair.client, pair.upstream) : (pair.upstream, pair.client)
    var (buffer, left) = ([UInt8](repeating: 0, count: 16384), most ?? .max)
    while left > 0 {
      let count = recv(from, &buffer, min(buffer.count, left), 0)
      guard count > 0, send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { break }
      left -= count
      state.withLock { $0.carried[way, default: 0] += count }
    }
    for file in [pair.client, pair.upstream] { _ = shutdown(file, Int32(SHUT_RDWR)) }
    let isLast = pair.open.withLock { open in
      open -= 1
      return open == 0
    }
    if isLast { end(pair.client, pair.upstream) }
  }

  private func end(_ client: Int32, _ upstream: Int32) {
    state.withLock { $0.files.removeAll { $0 == client || $0 == upstream } }
    Glibc.close(client)
    Glibc.close(upstream)
  }
}
