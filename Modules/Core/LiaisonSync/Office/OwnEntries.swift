internal import LiaisonModel

extension ReplicaTransaction {
  /// Takes over edits of this office that the register has accepted. The cursor moves over those that
  /// are the log's next changes, so that the next pull need not bring them; others stay before it.
  public func apply(own entries: [Entry]) throws {
    let ordered = entries.sorted { $0.position < $1.position }
    var through = try identity().cursor?.position ?? .zero
    for entry in ordered where entry.position == through.next { through = entry.position }
    try apply(ordered, through: through)
  }
}
