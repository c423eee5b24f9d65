/// Counts the messages of gRPC in the bytes of one direction of an HTTP/2 connection (RFC 9113 §4.1),
/// wherever they are cut. Takes frames without padding, as grpc-swift sends them.
struct GRPCMessages {
  private static let preface = 24
  private static let frameHeader = 9
  private static let messagePrefix = 5

  /// How many messages have come to their end.
  private(set) var count = 0
  private var skipped: Int
  private var header: [UInt8] = []
  /// What is left of the frame that is read, and whether it is DATA.
  private var frame = (left: 0, isData: false)
  private var prefix: [UInt8] = []
  private var messageLeft = 0

  /// - Parameter isClient: whether these are the bytes of the side that called, which begin with a
  ///   preface.
  init(isClient: Bool) { skipped = isClient ? GRPCMessages.preface : 0 }

  mutating func take(_ byte: UInt8) {
    guard skipped == 0 else {
      skipped -= 1
      return
    }
    guard frame.left > 0 else { return takeHeader(byte) }
    frame.left -= 1
    if frame.isData { takeData(byte) }
  }

  private mutating func takeHeader(_ byte: UInt8) {
    header.append(byte)
    guard header.count == GRPCMessages.frameHeader else { return }
    frame = (header[..<3].reduce(0) { $0 << 8 | Int($1) }, header[3] == 0)
    header = []
  }

  private mutating func takeData(_ byte: UInt8) {
    if prefix.count < GRPCMessages.messagePrefix {
      prefix.append(byte)
      guard prefix.count == GRPCMessages.messagePrefix else { return }
      messageLeft = prefix[1...].reduce(0) { $0 << 8 | Int($1) }
    } else {
      messageLeft -= 1
    }
    guard messageLeft == 0 else { return }
    prefix = []
    count += 1
  }
}
