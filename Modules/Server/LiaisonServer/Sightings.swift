internal import LiaisonModel
internal import LiaisonSync
internal import Synchronization

/// Collects what is seen of replicas, until it is written down: a call does not wait for a disk for that.
final class Sightings: Sendable {
  private struct State {
    var all: [ReplicaID: ReplicaSighting] = [:]
    var changed: Set<ReplicaID> = []
  }

  private let state = Mutex(State())

  /// Takes over what was written down, before or by others, but for what is still to be written. What is
  /// later is not read from a clock: servers may have theirs hours apart.
  func load(_ known: [ReplicaID: ReplicaSighting]) {
    state.withLock { state in
      let others = known.filter { !state.changed.contains($0.key) }
      state.all.merge(others) { $1 }
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

  /// What has changed since the last time.
  func take() -> [ReplicaID: ReplicaSighting] {
    state.withLock { state in
      defer { state.changed = [] }
      return state.all.filter { state.changed.contains($0.key) }
    }
  }

  /// What was taken could not be written down.
  func putBack(_ replicas: some Sequence<ReplicaID>) {
    state.withLock { $0.changed.formUnion(replicas) }
  }
}
