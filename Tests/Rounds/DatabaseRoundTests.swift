import LiaisonExchange
import LiaisonFolder
import LiaisonIdentity
import LiaisonModel
import LiaisonPostgres
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// Offices whose headquarters has a primary and a standby.
@Suite(.offPool(.databases), .mustEnd) struct DatabaseRoundTests {
  let scratch: Scratch
  let primary: PostgresServer
  let standby: PostgresServer
  private let namespace = "hq"

  init() async throws {
    scratch = try Scratch()
    primary = try PostgresServer()
    var random = Seeded(1)
    try await PostgresChangeLog.create(
      PostgresAddress(primary.place(namespace: namespace)),
      register: RegisterID(UUIDv7(milliseconds: 1, random: &random)),
      schema: CooperationRegister.schema, coding: SchemaCodec())
    standby = try PostgresServer(standbyOf: primary)
  }

  private func log(_ servers: PostgresServer..., also: String = "") async throws
    -> PostgresChangeLog
  {
    try await PostgresChangeLog(
      PostgresAddress(PostgresServer.place(servers, namespace: namespace) + also),
      coding: SchemaCodec())
  }

  private func service(_ log: PostgresChangeLog) -> SyncService {
    SyncService(log: log, coding: RevisionCodec())
  }

  private func office(_ name: String, of log: PostgresChangeLog) async throws -> TestOffice {
    let id = try #require(OfficeID(name))
    try await log.add(Office(id: id, name: name))
    let directory = DataDirectory(scratch.folder(name), role: .replica)
    try SQLiteReplicaStore.create(directory, office: id, address: "127.0.0.1:1")
    return TestOffice(
      id: id, store: try SQLiteReplicaStore(directory, coding: SchemaCodec()),
      folder: directory.path, link: DirectLink(service: service(log)),
      environment: .seeded(
        UInt64(name.utf8.first ?? 0), coding: RevisionCodec(), author: "Test \(name)"))
  }

  private func caughtUp() async throws {
    try await primary.wait(
      for: "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()",
      toBe: "1")
  }

  @Test func aStandbyThatLagsSaysNotYetAndIsNotTakenForRestored() async throws {
    let log = try await log(primary)
    let vienna = try await office("VIE", of: log)
    try await vienna.sync()
    try await caughtUp()
    let copy = try await self.log(standby, also: "&target_session_attrs=any")
    let reading = vienna.on(DirectLink(service: service(copy)))
    try await reading.sync()
    try standby.sql("SELECT pg_wal_replay_pause()")
    try await standby.wait(for: "SELECT pg_get_wal_replay_pause_state()", toBe: "paused")
    try await vienna.new("area", "code=CT", "name=Counter-terrorism")
    #expect(try await vienna.sync().round.committed == 1)

    await #expect(throws: CallError.notYet) { try await reading.sync() }
    #expect(CallError.notYet.isPassing)
    #expect(try await vienna.value("CT", "name") == "Counter-terrorism", "it is not taken back")
    try standby.sql("SELECT pg_wal_replay_resume()")
    try await caughtUp()
    #expect(try await reading.sync().handBack == HandBack())

    // What is edited waits for a server that may write.
    try await vienna.edit("CT", "name=Terrorism")
    await #expect(throws: CallError.storeUnavailable) { try await reading.sync() }
    #expect(try await vienna.pending().count == 1)
    #expect(try await vienna.sync().round.committed == 1)
    try await caughtUp()
    #expect(try await service(copy).verify().digest == vienna.digest())
  }

  /// The primary promised its head; the standby has what came before the cut, and no more.
  @Test func aPullThatBrokeGoesOnAtAStandbyThatLagsAndTakesNothingBack() async throws {
    let log = try await log(primary)
    let (vienna, newYork) = (try await office("VIE", of: log), try await office("NYC", of: log))
    try await vienna.sync()
    for code in ["ONE", "TWO"] { try await vienna.new("area", "code=\(code)", "name=\(code)") }
    for office in [vienna, newYork] { try await office.sync() }
    try await vienna.edit("ONE", "name=First")
    try await vienna.sync()
    try await caughtUp()
    try standby.sql("SELECT pg_wal_replay_pause()")
    try await standby.wait(for: "SELECT pg_get_wal_replay_pause_state()", toBe: "paused")
    try await vienna.edit("TWO", "name=Second")
    try await vienna.sync()

    let slow = SyncService(log: log, coding: RevisionCodec(), limit: BatchLimit(count: 1))
    // The header and the first batch: ONE.
    let cut = CutLink.breaking(DirectLink(service: slow), at: 6)
    await #expect(throws: CutLink.broken) { try await newYork.on(cut).sync() }
    let identity = try await newYork.store.identity()
    #expect(identity.cursor?.position.number == 3 && identity.until?.position.number == 4)
    let copy = try await self.log(standby, also: "&target_session_attrs=any")
    let reading = newYork.on(DirectLink(service: service(copy)))
    await #expect(throws: CallError.notYet) { try await reading.sync() }
    #expect(try await newYork.value("ONE", "name") == "First", "it is not taken back")
    try standby.sql("SELECT pg_wal_replay_resume()")
    try await caughtUp()
    #expect(try await reading.sync().handBack == HandBack())
    #expect(try await newYork.digest() == vienna.digest())
  }

  @Test func aStandbyTellsWhoIsNotLetInThatHeIsNot() async throws {
    let copy = try await log(standby, also: "&target_session_attrs=any")
    let register = try await copy.status().register
    let authority = try RegisterAuthority.make(of: register, at: Timestamp(milliseconds: 1))
    let unnoted = Collected<StoreError>()
    let admission = Admission(
      copy, authority, register: register, now: { Timestamp(milliseconds: 2) },
      newID: {
        var random = Seeded(3)
        return UUIDv7(milliseconds: 2, random: &random)
      },
      unnoted: unnoted.add)
    let service = SyncService(log: copy, coding: RevisionCodec(), admission: admission)
    await #expect(throws: CallError.notAdmitted(.notEnrolled)) {
      try await service.endpoint(for: .certificate([1], peer: "ipv4:192.0.2.7:1"))
    }
    #expect(unnoted.all.count == 1, "the audit log is the primary's")
  }

  @Test func whatAPromotedStandbyLacksComesBackFromTheOffices() async throws {
    // The servers know both, and go on.
    let log = try await log(primary, standby)
    let (vienna, newYork) = (try await office("VIE", of: log), try await office("NYC", of: log))
    try await vienna.sync()
    try await vienna.new("area", "code=CT", "name=Counter-terrorism")
    for office in [vienna, newYork] { try await office.sync() }
    try await caughtUp()
    try standby.cutStream()
    try await vienna.edit("CT", "name=Lost")
    try await vienna.new("area", "code=NEXUS", "name=Lost too")
    #expect(try await vienna.sync().round.committed == 2)
    let lost = try await log.status().head
    try primary.stop(.immediate)
    try standby.promote()

    // Other edits take the positions of those that are lost.
    try await newYork.new("area", "code=FTF", "name=Foreign fighters")
    try await newYork.new("area", "code=SDG-16", "name=Peace")
    #expect(try await newYork.sync().round.committed == 2)
    #expect(try await log.status().head.position == lost.position)
    #expect(try await !log.has(lost))

    #expect(try await vienna.sync().handBack.handedBack == 2)
    for _ in 1...2 {
      for office in [vienna, newYork] { try await office.sync() }
    }
    let digest = try await service(log).verify().digest
    for office in [vienna, newYork] {
      #expect(try await office.digest() == digest)
      #expect(try await office.pending().isEmpty)
      #expect(try await office.value("CT", "name") == "Lost")
      #expect(try await office.heads() == ["CT", "NEXUS", "FTF", "SDG-16"])
    }
    #expect(try await log.status().head.position.number == lost.position.number + 2)
    #expect(try await log.latest(10, isHandedBack: true).count == 2)
    try await log.checkIntegrity()
  }
}
