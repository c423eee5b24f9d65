import Foundation
import Glibc
import TestSupport

/// The socket of a service manager: what is told to it, a datagram at a time.
final class NotifySocket: Sendable {
  struct Failure: Error { let text: String }

  /// As `NOTIFY_SOCKET` has it.
  let name: String
  private let file: Int32

  /// - Parameter name: a path, or an abstract name behind `@`.
  init(_ name: String) throws {
    self.name = name
    file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = name.hasPrefix("@") ? [0] + name.utf8.dropFirst() : Array(name.utf8) + [0]
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, length) }
    }
    guard status == 0 else { throw Failure(text: "\(name) cannot be bound") }
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(
      file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(file) }

  /// The lines of the next datagram; one that is longer in coming than a minute is a failure.
  func next() throws -> [String] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(file, &bytes, bytes.count, 0)
    guard count >= 0 else { throw Failure(text: "nothing was told to \(name)") }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  /// The next datagram that has a line, and those before it.
  func all(until line: String) throws -> [[String]] {
    var told: [[String]] = []
    repeat { told.append(try next()) } while !told[told.count - 1].contains(line)
    return told
  }
}
