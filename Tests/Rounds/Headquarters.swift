import Foundation
import GRDB
import LiaisonExchange
import LiaisonFolder
import LiaisonGRPC
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire
import Logging
import TestSupport

/// A headquarters and its offices in a scratch folder that goes with the test.
final class Headquarters: Sendable {
  let scratch: Scratch
  /// The server's.
  let folder: String
  let log: SQLiteChangeLog
  let service: SyncService
  let seed: UInt64

  /// - Parameter seed: of all ids and times.
  init(
    offices: [String] = ["VIE", "NYC", "LYO"], limit: BatchLimit = BatchLimit(), seed: UInt64 = 1,
    schema: Schema = CooperationRegister.schema, standing: Standing? = nil
  ) async throws {
    self.seed = seed
    scratch = try Scratch()
    let directory = DataDirectory(scratch.folder("hq"), role: .server)
    folder = directory.path
    var random = Seeded(seed)
    try SQLiteChangeLog.create(
      directory, register: RegisterID(UUIDv7(milliseconds: 1, random: &random)),
      schema: schema, coding: SchemaCodec(), standing: standing)
    log = try SQLiteChangeLog(directory, coding: SchemaCodec())
    for office in offices.compactMap({ OfficeID($0) }) {
      try await log.add(Office(id: office, name: office.text))
    }
    service = SyncService(log: log, coding: RevisionCodec(), limit: limit)
  }

  private init(_ scratch: Scratch, _ folder: String, _ log: SQLiteChangeLog, seed: UInt64) {
    (self.scratch, self.folder, self.log, self.seed) = (scratch, folder, log, seed)
    service = SyncService(log: log, coding: RevisionCodec())
  }

  var link: DirectLink { DirectLink(service: service) }

  /// Copies the register into a file.
  func backedUp() async throws -> String {
    let file = scratch.folder("\(UUID().uuidString).backup")
    try await log.backUp(to: file, coding: SchemaCodec()) { _ in }
    return file
  }

  /// Another headquarters, made of a backup; healing is open in it.
  func restored(from backup: String) async throws -> Headquarters {
    let directory = DataDirectory(scratch.folder(UUID().uuidString), role: .server)
    let copy = try SQLiteChangeLog(backup: backup, coding: SchemaCodec())
    _ = try await SQLiteChangeLog.fill(directory, coding: SchemaCodec()) { place in
      try await RegisterCopy(coding: RevisionCodec()).restore(copy, into: place)
    }
    return Headquarters(
      scratch, directory.path, try SQLiteChangeLog(directory, coding: SchemaCodec()), seed: seed + 1
    )
  }

  /// The folder of an office's replica as it is now, used by somebody else.
  func copied(_ office: TestOffice, seed: UInt64 = 77) throws -> TestOffice {
    let folder = scratch.folder("\(office.id)-\(UUID().uuidString)")
    try FileManager.default.copyItem(atPath: office.folder, toPath: folder)
    return TestOffice(
      id: office.id,
      store: try SQLiteReplicaStore(
        DataDirectory(folder, role: .replica), coding: SchemaCodec()), folder: folder,
      link: office.link, environment: .seeded(seed, coding: RevisionCodec(), author: "Copy"))
  }

  /// A new replica of an office.
  func office(_ id: String, _ link: any Link) throws -> TestOffice {
    guard let office = OfficeID(id) else { throw Problem("not an office: \(id)") }
    let directory = DataDirectory(scratch.folder("\(id)-\(UUID().uuidString)"), role: .replica)
    try SQLiteReplicaStore.create(directory, office: office, address: "127.0.0.1:1")
    let own = id.utf8.reduce(seed) { $0 &* 257 &+ UInt64($1) }
    return TestOffice(
      id: office, store: try SQLiteReplicaStore(directory, coding: SchemaCodec()),
      folder: directory.path, link: link,
      environment: .seeded(own, coding: RevisionCodec(), author: "Test \(id)"))
  }

  /// Vienna and New York, in step with a register that holds what `prepare` makes in Vienna.
  static func withTwoOffices(
    _ prepare: (TestOffice) async throws -> Void = { _ in }
  ) async throws -> (hq: Headquarters, vienna: TestOffice, newYork: TestOffice) {
    let hq = try await Headquarters()
    let link = DirectLink(service: hq.service)
    let (vienna, newYork) = (try hq.office("VIE", link), try hq.office("NYC", link))
    try await vienna.sync()
    try await prepare(vienna)
    try await vienna.sync()
    try await newYork.sync()
    return (hq, vienna, newYork)
  }

  func digest() async throws -> String { try await service.verify().digest }

  /// The names of the revisions that the register keeps and that are no entries.
  func ancestors() throws -> [RevisionID] {
    let queue = try DatabaseQueue(path: folder + "/server.sqlite")
    let names = try queue.read {
      try Data.fetchAll($0, sql: "SELECT revision FROM ancestor ORDER BY id")
    }
    return names.compactMap { RevisionID([UInt8]($0)) }
  }

  /// Every revision that was ever accepted, in the order of the log.
  func revisions() throws -> [Revision] {
    let queue = try DatabaseQueue(path: folder + "/server.sqlite")
    let bytes = try queue.read {
      try Data.fetchAll($0, sql: "SELECT bytes FROM change ORDER BY position")
    }
    return try bytes.map { try RevisionCodec().decode([UInt8]($0)) }
  }

  /// Runs `body` with a link straight into the service, and again with one over TCP.
  static func overBothLinks(_ body: (Headquarters, any Link) async throws -> Void) async throws {
    let near = try await Headquarters()
    try await body(near, DirectLink(service: near.service))
    let far = try await Headquarters()
    try await far.overTCP { try await body(far, $0) }
  }

  /// Runs `body` while a real server listens on loopback: on a free port, if none is given.
  func overTCP(port: Int = 0, _ body: (TCPLink) async throws -> Void) async throws {
    let service = SyncService(log: log, coding: RevisionCodec())
    let server = try SyncServer(
      listener: service, addresses: [Endpoint(host: "127.0.0.1", port: port)],
      log: Logger(label: "test"))
    let (addresses, ready) = AsyncStream.makeStream(of: Endpoint.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run { ready.yield($0[0]) } }
      var iterator = addresses.makeAsyncIterator()
      guard let address = await iterator.next() else { throw Problem("no address") }
      do {
        try await body(TCPLink(server: address))
      } catch {
        server.drain()
        throw error
      }
      server.drain()
      try await group.waitForAll()
    }
  }
}
