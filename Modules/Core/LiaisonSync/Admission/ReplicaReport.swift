public import LiaisonModel

/// What a replica says of itself as it pulls, for whoever runs the server: nothing is decided by it.
public struct ReplicaReport: Hashable, Sendable {
  /// Bytes that the name of a client's version has at most.
  public static let clientBytes = 32

  /// Edits in its outbox, whatever they wait for.
  public let waiting: Int
  /// How many seconds ago the oldest of them was made, by the office's own clock.
  public let age: Int
  /// Edits of these that wait for a person to settle a conflict.
  public let conflicts: Int
  /// The version of the client; empty if it does not say.
  public let client: String

  /// Numbers that are out of all bounds are the nearest within; what is no visible ASCII of a client's version,
  /// or too long, is left out: no pull fails of what is only shown.
  public init(waiting: Int, age: Int, conflicts: Int, client: String = "") {
    self.waiting = Int(UInt32(clamping: waiting))
    self.age = Int(UInt32(clamping: age))
    self.conflicts = Int(UInt32(clamping: conflicts))
    self.client = String(
      decoding: client.utf8.filter { (0x21...0x7E).contains($0) }.prefix(Self.clientBytes),
      as: UTF8.self)
  }

  /// - Parameter edits: all ids of the outbox: the first of an edit is as old as what it took in.
  public init(_ counts: ReplicaCounts, _ edits: [EditID], at now: Timestamp, client: String) {
    let oldest = edits.map(\.time).min() ?? now
    self.init(
      waiting: counts.pending, age: Int((now.milliseconds - oldest.milliseconds) / 1000),
      conflicts: counts.unsettled, client: client)
  }
}
