import Glibc

/// A socket that listens on a free port of loopback.
public struct LoopbackListener: Sendable {
  struct Failure: Error {}

  public let file: Int32
  public let port: Int

  public init() throws {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = LoopbackListener.name(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, length) == 0 && listen(file, 8) == 0 && getsockname(file, $0, &length) == 0
      }
    }
    guard isListening else { throw Failure() }
    self.file = file
    port = Int(UInt16(bigEndian: name.sin_port))
  }

  public func close() { _ = Glibc.close(file) }

  static func name(port: Int) -> sockaddr_in {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(port).bigEndian
    name.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
    return name
  }
}
