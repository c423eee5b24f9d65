import ArgumentParser
import Foundation
import LiaisonModel
import LiaisonPostgres
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct MoveStoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move-store",
    abstract: "Moves the register from a folder into a database, or back.",
    discussion: """
      All of it goes: the log, offices, replicas, invitations, the authority, the audit log. Offices go \
      on with their next sync, as long as they find a server under the same name. No server may run \
      on a folder meanwhile, and those on a database accept nothing. What has arrived is read back \
      and compared before it counts. The old place stays as it is, takes no more changes, and names \
      the new one. A move that was interrupted is begun again by the same command; if its new place is \
      lost, --force takes another one.

      Examples:
        liaisond move-store hq postgresql://liaison@db1,db2/hq
        liaisond move-store postgresql://liaison@db1,db2/hq /var/lib/liaison
      """)

  @Argument(help: "Where it is: a folder, or postgresql://HOST/DATABASE.")
  var from: String
  @Argument(help: "Where it goes, likewise; nothing may be there yet.")
  var to: String
  @Flag(
    help: "Also if it was given up to another place, which then must never be served.")
  var force = false
  @Flag(help: "Print JSON.") var json = false

  private struct Moved: Encodable {
    let register, from, to: String
    let position: Int64
    let prefix: String
    let records: Int
    let digest: String
    let offices, replicas, invitations, audit: Int
  }

  func run() async throws {
    let (source, target) = (try RegisterPlace(named: from), try RegisterPlace(named: to))
    if case .folder = source, case .folder = target {
      throw Failure(
        "both are folders, and a register goes from one to another by its backup",
        advice: "liaisond backup FILE -C \(from), then liaisond restore FILE \(to)", status: .usage)
    }
    let log = try await source.open(for: .reading)
    let lock = try await source.lock(for: "liaisond move-store")
    defer { withExtendedLifetime(lock) {} }
    let sum = try await move(log, from: source, to: target)
    if json {
      return try Output.json(
        Moved(
          register: sum.register.description, from: source.name, to: target.name,
          position: sum.head.position.number, prefix: sum.head.prefix.description,
          records: sum.records,
          digest: sum.digest, offices: sum.offices, replicas: sum.replicas,
          invitations: sum.invitations, audit: sum.audit))
    }
    Output.line("register \(sum.register) moved to \(target.name)")
    Output.line(
      "\(sum.records) records, change \(sum.head.position), \(sum.offices) offices, "
        + "\(sum.replicas) replicas")
    Output.line("prefix \(sum.head.prefix), digest \(sum.digest): the same at both places")
  }

  private func move(
    _ log: any RegisterStore, from source: RegisterPlace, to target: RegisterPlace
  ) async throws -> RegisterSum {
    let progress = ProgressLine("moving", isWanted: !json)
    defer { progress.end() }
    let copy = RegisterCopy(coding: RevisionCodec()) { progress.update($0, remaining: $1) }
    let entry = AuditEntry.byPerson(.moved, "", "from \(source.name) to \(target.name)")
    do {
      return try await target.fill { place in
        try await copy.move(log, to: target.name, isForced: force, noting: entry, into: place)
      }
    } catch StoreError.exists(let what) {
      if try await log.operation().movedTo == target.name {
        throw StoreError.moved(to: target.name)
      }
      throw Failure(what, advice: "an empty place: another folder, or ?namespace=NAME")
    } catch StoreError.moved(let place) {
      throw Failure(
        StoreError.moved(to: place).description,
        advice: "liaisond move-store there; or --force, if it never arrived there")
    } catch let error as StoreError {
      // What failed first is told, also if the old place cannot be asked any more.
      guard (try? await log.operation())?.movedTo == target.name else { throw error }
      throw Failure(
        "\(error); the register is given up meanwhile and takes no changes",
        advice: "the same command again, or another place with --force")
    }
  }
}

extension RegisterPlace {
  /// - Throws: ``Failure`` if it names a database badly.
  fileprivate init(named text: String) throws {
    // Nobody means one of another scheme for a folder.
    guard text.contains("://") else {
      self = .folder(text)
      return
    }
    do {
      self = .database(try PostgresAddress(text))
    } catch StoreError.unfit(let why) {
      throw Failure(why, advice: "a folder, or postgresql://HOST/DATABASE", status: .usage)
    }
  }

  /// For those who look for the register from elsewhere.
  fileprivate var name: String {
    switch self {
    case .folder(let folder): URL(filePath: folder).standardizedFileURL.path
    case .database(let address): address.description
    }
  }
}
