import Glibc
public import LiaisonSync
import Synchronization

/// A TCP connection to a server on 127.0.0.1, whose calls block.
public final class PlainSocket: Sendable {
  struct Failure: Error {}

  private let file: Int32
  private let isClosed = Mutex(false)

  public init(to server: Endpoint) throws {
    file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(server.port).bigEndian
    name.sin_addr.s_addr = inet_addr(server.host)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(file, $0, length) }
    }
    guard status == 0 else {
      Glibc.close(file)
      throw Failure()
    }
  }

  public func send(_ bytes: [UInt8]) throws {
    guard Glibc.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw Failure()
    }
  }

  /// Waits for so many bytes.
  /// - Returns: nil if the connection ends before.
  public func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return bytes }
    let isWhole = recv(file, &bytes, count, Int32(MSG_WAITALL)) == count
    return isWhole ? bytes : nil
  }

  /// The first time: later the number may be another file's.
  public func close() {
    let isFirst = isClosed.withLock { isClosed in
      defer { isClosed = true }
      return !isClosed
    }
    guard isFirst else { return }
    shutdown(file, Int32(SHUT_RDWR))
    Glibc.close(file)
  }
}
