import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

@testable import LiaisonServer

/// What two servers see of one replica, and write down in one place.
struct SightingsTests {
  private let replica: ReplicaID
  private let hour: Int64 = 3_600_000

  init() throws { replica = try AreaMaker().newID() }

  private func see(_ server: Sightings, at hours: Int64, applied position: Int64) {
    let now = Timestamp(milliseconds: hours * hour)
    server.see(replica, from: "peer", at: now) { seen in
      seen.names(.test(position, log: 1), at: now)
    }
  }

  /// The clock of one is five hours ahead of the other's.
  @Test func whatOneWroteTheOtherGoesOnFromWhateverTheirClocksSay() {
    let (ahead, behind) = (Sightings(), Sightings())
    see(ahead, at: 5, applied: 10)
    var written = ahead.take()
    behind.load(written)
    see(behind, at: 0, applied: 4)
    see(behind, at: 0, applied: 12)
    written = behind.take()
    ahead.load(written)
    see(ahead, at: 5, applied: 13)
    let seen = ahead.take()[replica]
    #expect(seen?.applied.number == 13)
    #expect(seen?.wentBack == Timestamp(milliseconds: 0), "it is not forgotten")
  }

  @Test func eachWritesDownItsOwnPushes() {
    let (one, other) = (Sightings(), Sightings())
    func push(_ server: Sightings) {
      server.see(replica, from: "peer", at: Timestamp(milliseconds: 0)) { $0.pushes += 1 }
    }
    for server in [one, one, other] { push(server) }
    #expect(one.take()[replica]?.pushes == 2)
    var written = ReplicaSighting(called: Timestamp(milliseconds: 0), peer: "peer")
    written.pushes = 3
    one.load([replica: written])
    for server in [one, other] { push(server) }
    let taken = one.take()
    #expect(taken[replica]?.pushes == 1)
    #expect(other.take()[replica]?.pushes == 2)
    one.putBack(taken)
    push(one)
    #expect(one.take()[replica]?.pushes == 2)
  }

  @Test func whatIsNotWrittenYetIsKept() {
    let server = Sightings()
    see(server, at: 1, applied: 3)
    server.load([replica: ReplicaSighting(called: Timestamp(milliseconds: 9 * hour), peer: "other")]
    )
    let taken = server.take()
    #expect(taken[replica]?.applied.number == 3)
    #expect(server.take().isEmpty)
    server.putBack(taken)
    #expect(server.take()[replica]?.applied.number == 3)
  }
}
