import Foundation
import LiaisonSync
import TestSupport

/// A client of HTTP/2 that opens a connection, reads, and never says anything more (RFC 9113).
struct QuietPeer {
  /// A frame, by the number of its type.
  struct Frame: Sendable {
    static let settings: UInt8 = 4
    static let ping: UInt8 = 6

    let type: UInt8
    let payload: [UInt8]

    /// The values of a SETTINGS frame by their identifiers.
    var settings: [UInt16: UInt32] {
      let pairs = stride(from: 0, to: payload.count - 5, by: 6).map { at in
        let bytes = payload[at..<at + 6].map(UInt32.init)
        return (UInt16(bytes[0] << 8 | bytes[1]), bytes[2...].reduce(0) { $0 << 8 | $1 })
      }
      return Dictionary(pairs) { _, last in last }
    }
  }

  /// What the server sends; ends with the connection.
  let frames: AsyncStream<Frame>
  private let socket: PlainSocket

  init(to server: Endpoint) throws {
    let socket = try PlainSocket(to: server)
    self.socket = socket
    try socket.send(
      Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, Frame.settings, 0, 0, 0, 0, 0])
    let (frames, frame) = AsyncStream.makeStream(of: Frame.self)
    self.frames = frames
    Thread.detachNewThread {
      while let head = socket.read(9),
        let payload = socket.read(head[..<3].reduce(0) { $0 << 8 | Int($1) })
      {
        frame.yield(Frame(type: head[3], payload: payload))
      }
      frame.finish()
    }
  }

  func close() { socket.close() }
}
