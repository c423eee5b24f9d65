internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Collects what is seen of replicas, until it is written down: a call does not wait for a disk for that.
final class Sightings: Sendable {
  private struct State {
    var all: [ReplicaID: ReplicaSighting] = [:]
    var changed: Set<ReplicaID> = []
    /// How many of a replica's pushes are written down.
    var written: [ReplicaID: Int] = [:]
  }

  private let state = Mutex(State())

  /// Takes over what was written down, before or by others, but for what is still to be written. What is
  /// later is not read from a clock: servers may have theirs hours apart.
  func load(_ known: [ReplicaID: ReplicaSighting]) {
    state.withLock { state in
      for (replica, sighting) in known where !state.changed.contains(replica) {
        state.all[replica] = sighting
        state.written[replica] = sighting.pushes
      }
    }
  }

  func see(
    _ replica: ReplicaID, from peer: String, at now: Timestamp,
    _ change: (inout ReplicaSighting) -> Void = { _ in }
  ) {
    state.withLock { state in
      var sighting = state.all[replica] ?? ReplicaSighting(called: now, peer: peer)
      (sighting.called, sighting.peer) = (now, peer)
      change(&sighting)
      state.all[replica] = sighting
      state.changed.insert(replica)
    }
  }

  /// What has changed since the last time, with the pushes since.
  func take() -> [ReplicaID: ReplicaSighting] {
    state.withLock { state in
      var taken: [ReplicaID: ReplicaSighting] = [:]
      for replica in state.changed {
        guard var sighting = state.all[replica] else { continue }
        let pushes = sighting.pushes
        sighting.pushes -= state.written.updateValue(pushes, forKey: replica) ?? 0
        taken[replica] = sighting
      }
      state.changed = []
      return taken
    }
  }

  /// What was taken could not be written down.
  func putBack(_ taken: [ReplicaID: ReplicaSighting]) {
    state.withLock { state in
      for (replica, sighting) in taken {
        state.changed.insert(replica)
        state.written[replica, default: 0] -= sighting.pushes
      }
    }
  }
}
