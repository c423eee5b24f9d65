import Glibc

/// A socket that listens on a free port of loopback.
public struct LoopbackListener: Sendable {
  struct Failure: Error {}

  public let file: Int32
  public let port: Int

  /// On a port that stays free after it is closed: no call that goes out is given one below 32768 (Linux's
  /// `ip_local_port_range`).
  public static func forLater() throws -> LoopbackListener {
    for _ in 1...100 {
      let port = Int.random(in: 10_000..<32_768)
      if let listener = try? LoopbackListener(port: port) { return listener }
    }
    throw Failure()
  }

  /// - Parameter port: 0 for any that is free.
  public init(port: Int = 0) throws {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = LoopbackListener.name(port: port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, length) == 0 && listen(file, 8) == 0 && getsockname(file, $0, &length) == 0
      }
    }
    guard isListening else {
      _ = Glibc.close(file)
      throw Failure()
    }
    self.file = file
    self.port = Int(UInt16(bigEndian: name.sin_port))
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
