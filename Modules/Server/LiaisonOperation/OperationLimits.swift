internal import NIOCore

/// The numbers of the port for those who run a server.
enum OperationLimits {
  /// Connections at once. One more waits until the system's queue has no room for it either.
  static let connections = 32
  static let queued = 32
  /// Bytes of a request's header fields, all together, and how many they are.
  static let headerBytes = 8 * 1024
  static let headers = 64
  /// How long a connection may be silent, and how long it may last at all: whoever asks is answered at once.
  static let silence = TimeAmount.seconds(5)
  static let connection = TimeAmount.seconds(30)
  /// How long the store may take to tell about itself.
  static let store = Duration.seconds(3)
  /// How old what the store has told may be: whoever asks more often is told the same.
  static let age = Duration.seconds(1)
  /// Bytes of the store's disk below which a server is not ready: what it has answered must find room.
  static let freeBytes: Int64 = 64 * 1024 * 1024
  /// Label sets of one metric: what is beyond is counted, and not kept.
  static let series = 1000
}
