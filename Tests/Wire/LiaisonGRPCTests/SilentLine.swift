import Foundation
import Glibc
import LiaisonSync
import Synchronization

/// A TCP line to a server that can fall silent: then it carries nothing more, either way, and
/// keeps every connection open.
final class SilentLine: Sendable {
  struct Failure: Error {}

  private struct State {
    var files: [Int32] = []
    var isClosed = false
  }

  let endpoint: Endpoint
  /// Opens when the line falls silent.
  let silence = Gate()
  private let listener: Int32
  private let server: Endpoint
  private let state = Mutex(State())
  private let muting = NSCondition()
  private let isMute = Mutex(false)

  init(to server: Endpoint) throws {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = SilentLine.name(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, length) == 0 && listen(file, 8) == 0 && getsockname(file, $0, &length) == 0
      }
    }
    guard isListening else { throw Failure() }
    listener = file
    self.server = server
    endpoint = Endpoint(host: "127.0.0.1", port: Int(UInt16(bigEndian: name.sin_port)))
    Thread.detachNewThread { self.accept() }
  }

  /// From now on nothing comes through.
  func fallSilent() {
    isMute.withLock { $0 = true }
    silence.open()
  }

  func close() {
    let files = state.withLock { state in
      state.isClosed = true
      return state.files + [listener]
    }
    for file in files { _ = shutdown(file, Int32(SHUT_RDWR)) }
    muting.broadcast()
  }

  private static func name(port: Int) -> sockaddr_in {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(port).bigEndian
    name.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    return name
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      if isMute.withLock({ $0 }) {
        state.withLock { $0.files.append(client) }
        continue
      }
      let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var name = SilentLine.name(port: server.port)
      let isConnected = withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(upstream, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      let isClosed = state.withLock { state in
        state.files += [client, upstream]
        return state.isClosed
      }
      guard isConnected, !isClosed else { return }
      Thread.detachNewThread { self.carry(from: client, to: upstream) }
      Thread.detachNewThread { self.carry(from: upstream, to: client) }
    }
  }

  private func carry(from source: Int32, to target: Int32) {
    var buffer = [UInt8](repeating: 0, count: 16 * 1024)
    while true {
      let count = read(source, &buffer, buffer.count)
      guard count > 0 else {
        if !isMute.withLock({ $0 }) { _ = shutdown(target, Int32(SHUT_WR)) }
        return
      }
      if isMute.withLock({ $0 }) {
        muting.lock()
        while !state.withLock({ $0.isClosed }) { muting.wait() }
        muting.unlock()
        return
      }
      var sent = 0
      while sent < count {
        let more = buffer[sent..<count].withUnsafeBytes {
          send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard more > 0 else { return }
        sent += more
      }
    }
  }
}
