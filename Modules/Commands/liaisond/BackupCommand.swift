import ArgumentParser
import Foundation
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the register into a new file, also while it serves.",
    discussion: """
      In a folder the file is named by the register and the time. The copy is opened, checked as a \
      whole and held against the register's log before it has its name; the register notes that, for \
      liaisond status and for metrics. `liaisond restore` makes a server of it, in a folder or in a \
      database, whichever it comes from.

      Examples:
        liaisond backup hq.backup -C hq
        liaisond backup /var/backups/liaison --keep 14 -C hq
        liaisond backup hq.backup --store postgresql://liaison@db1,db2/hq
      """)
  @Argument(help: "The new file, or a folder that is there.")
  var target: String
  @Option(help: "How many backups of this register to keep in the folder; older ones are removed.")
  var keep: Int?
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  private struct BackedUp: Encodable {
    let file: String
    let records: Int
    let digest: String
    let position: Int64
    let removed: [String]
  }

  func run() async throws {
    let log = try await folder.open(for: .reading)
    if let place = try await log.operation().movedTo { throw StoreError.moved(to: place) }
    let status = try await log.status()
    let place = try BackupPlace(target, register: status.register)
    if let keep {
      guard keep > 0 else {
        throw Failure("--keep takes a number of backups", advice: "--keep 14", status: .usage)
      }
      guard place.isFolder else {
        throw Failure(
          "--keep is of the backups in a folder, and \(target) is none",
          advice: "a folder, or without --keep", status: .usage)
      }
    }
    var proof: BackupProof?
    try await copy(log, to: place.file) { proof = try await BackupProof(of: $0, against: log) }
    guard let proof else { throw StoreError.damaged("the copy was not checked") }
    try await proof.note(in: log, file: (place.file as NSString).lastPathComponent)
    let checked = proof.verified
    let removed = try keep.map { try place.removeAll(but: $0) } ?? []
    if json {
      return try Output.json(
        BackedUp(
          file: place.file, records: checked.records, digest: checked.digest,
          position: proof.position.number, removed: removed))
    }
    Output.line("\(place.file): \(checked.records) records, digest \(checked.digest)")
    for file in removed { Output.line("removed \(file)") }
  }

  /// - Parameter check: looks at the copy before it has its name.
  private func copy(
    _ log: any RegisterStore, to file: String, check: (SQLiteChangeLog) async throws -> Void
  ) async throws {
    // A database of the same kind is copied page by page.
    if let log = log as? SQLiteChangeLog {
      return try await log.backUp(to: file, coding: SchemaCodec(), check: check)
    }
    try await SQLiteChangeLog.fillBackup(file, coding: SchemaCodec()) { place in
      _ = try await RegisterCopy(coding: RevisionCodec()).copy(log, into: place)
    } check: { copy in
      try await check(copy)
    }
  }
}
