import Dispatch
import Glibc

/// Where a service manager listens: a socket of unix(7) with a name in a folder, or an abstract one.
struct NotifyAddress {
  private var value = sockaddr_un()
  private let length: Int

  /// - Returns: nil if it is neither a path nor, behind `@`, an abstract name, or too long.
  init?(_ name: String) {
    var bytes = Array(name.utf8)
    guard bytes.first == UInt8(ascii: "/") || bytes.first == UInt8(ascii: "@"), bytes.count > 1,
      bytes.count < MemoryLayout.size(ofValue: value.sun_path)
    else { return nil }
    // A path ends with a zero, an abstract name begins with one.
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 } else { bytes.append(0) }
    length = MemoryLayout<sa_family_t>.size + bytes.count
    value.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &value.sun_path) { $0.copyBytes(from: bytes) }
  }

  /// Sends one datagram.
  /// - Returns: why it was not taken; nil if it was.
  func send(_ bytes: [UInt8]) -> String? {
    let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard file >= 0 else { return String(cString: strerror(errno)) }
    defer { close(file) }
    let sent = withUnsafePointer(to: value) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(file, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, socklen_t(length))
      }
    }
    return sent == bytes.count ? nil : String(cString: strerror(errno))
  }

  /// CLOCK_MONOTONIC, which the manager compares with its own reading.
  static func monotonicMicroseconds() -> Int64 {
    Int64(DispatchTime.now().uptimeNanoseconds / 1000)
  }
}
