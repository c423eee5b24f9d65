internal import LiaisonModel

/// The older places that a replica remembers of the log, so that the last one is found that a restored
/// server has as well: the older, the fewer.
public enum Waypoints {
  /// Those that are kept when a place is added. For each doubling of the distance to it the two outermost,
  /// so that there are at most 126.
  public static func adding(_ place: Cursor, to places: [Cursor]) -> [Cursor] {
    let older = places.filter { $0.position < place.position }.sorted { $0.position < $1.position }
    var kept: [Cursor] = []
    // Of the distance that is being looked at: which doubling, and how many are kept of it.
    var (doubling, count) = (-1, 0)
    for other in older {
      let distance = place.position.number - other.position.number
      let next = distance.bitWidth - distance.leadingZeroBitCount
      if next != doubling { (doubling, count) = (next, 0) }
      // A later one takes the place of the last.
      if count == 2 { kept.removeLast() } else { count += 1 }
      kept.append(other)
    }
    return kept + [place]
  }
}

extension ReplicaTransaction {
  /// Remembers where the replica stands, if it holds all that the log has up to there: in the middle of a
  /// pull it does not.
  public func rememberPlace() throws { try rememberPlace(of: identity()) }

  /// - Parameter identity: the replica's, as it is now.
  public func rememberPlace(of identity: ReplicaIdentity) throws {
    guard let cursor = identity.cursor, identity.until == nil else { return }
    let places = try waypoints()
    guard places.last != cursor else { return }
    try setWaypoints(Waypoints.adding(cursor, to: places))
  }
}

extension ReplicaIdentity {
  /// Where the log ended for a pull that broke; nil if it is in the middle of none.
  public var until: Cursor? {
    head.flatMap { head in cursor.map { head.position > $0.position } ?? false ? head : nil }
  }

  /// Whether it has applied entries that no cursor vouches for.
  public var isAhead: Bool { cursor.map { last > $0.position } ?? false }
}
