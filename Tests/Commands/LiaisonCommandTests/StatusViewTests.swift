import LiaisonModel
import LiaisonOperation
import LiaisonSync
import Testing

@testable import liaisond

/// What `liaisond status` shows of replicas: who needs somebody comes first.
struct StatusViewTests {
  private struct NoOffice: Error {}

  private func seen(
    _ number: Int, sent: Int64?, synced: Int64?, wentBack: Bool = false, revoked: Bool = false
  ) throws -> SeenReplica {
    guard let office = OfficeID("VIE"), let key = Fingerprint(Array(repeating: 1, count: 32)) else {
      throw NoOffice()
    }
    var random = SystemRandomNumberGenerator()
    let replica = EnrolledReplica(
      id: ReplicaID(UUIDv7(milliseconds: 1, random: &random)), office: office, number: number,
      note: "", key: key, enrolled: Timestamp(milliseconds: 0),
      expires: Timestamp(milliseconds: 5000), revoked: revoked ? Timestamp(milliseconds: 1) : nil)
    guard let sent else { return SeenReplica(replica, nil) }
    var sighting = ReplicaSighting(called: Timestamp(milliseconds: 9), peer: "")
    sighting.sent = LogPosition(sent)
    sighting.pulled = synced.map { Timestamp(milliseconds: $0) }
    sighting.wentBack = wentBack ? Timestamp(milliseconds: 4) : nil
    return SeenReplica(replica, sighting)
  }

  private func view(_ replicas: [SeenReplica], movedTo: String? = nil) throws -> StatusView {
    var random = SystemRandomNumberGenerator()
    return StatusView(
      OperationFacts(
        register: RegisterID(UUIDv7(milliseconds: 1, random: &random)), head: LogPosition(10),
        schemaVersion: 1, isHealing: true, missing: 3, replicas: replicas, backup: nil,
        movedTo: movedTo),
      records: 7, authorityEnds: nil, room: DiskRoom(free: 5 << 30, size: 9 << 40))
  }

  @Test func whoIsBehindComesFirstAndThenWhoWasSilentForLongest() throws {
    let view = try view([
      seen(1, sent: 10, synced: 200), seen(2, sent: 10, synced: 100), seen(3, sent: 9, synced: 300),
      seen(4, sent: nil, synced: nil), seen(5, sent: 4, synced: 250, wentBack: true),
      seen(6, sent: 1, synced: 1, revoked: true),
    ])
    let order = ["VIE-D", "VIE-E", "VIE-C", "VIE-B", "VIE-A"]
    #expect(view.replicas.all.map(\.replica) == order)
    #expect(view.replicas.all.map(\.behind) == [10, 6, 1, 0, 0])
    #expect(view.replicas.letIn == 5 && view.replicas.revoked == 1)
    #expect(view.replicas.wentBack == ["VIE-E"])
  }

  @Test func aPersonReadsWhatIsOpen() throws {
    let lines = try view([]).lines
    #expect(lines.contains("healing is open; missing behind merges: 3"))
    #expect(lines.contains("5 GiB of 9 TiB are free"))
    #expect(lines.contains("no backup is proven yet: liaisond backup"))
    let moved = try view([], movedTo: "/var/lib/liaison").lines
    #expect(moved[1] == "moved to /var/lib/liaison; this is how it was then")
  }

  @Test(arguments: [
    (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KiB"), (1 << 30, "1 GiB"),
    (3 << 50, "3072 TiB"),
  ])
  func aSizeIsInItsUnit(bytes: Int64, text: String) {
    #expect(StatusView.size(bytes) == text)
  }
}
