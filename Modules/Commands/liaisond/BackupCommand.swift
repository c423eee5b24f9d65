import ArgumentParser
import Foundation
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the register into a new file, also while it serves.",
    discussion: """
      In a folder the file is named by the register and the time. The copy is opened and checked \
      as a whole before it has its name. `liaisond restore` makes a server of it.

      Examples:
        liaisond backup hq.backup -C hq
        liaisond backup /var/backups/liaison --keep 14 -C hq
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
    let removed: [String]
  }

  func run() async throws {
    let log = try SQLiteChangeLog(folder.data, coding: SchemaCodec(), for: .reading)
    let status = try await log.status()
    let place = BackupPlace(target, register: status.register)
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
    var checked: Verification?
    try await log.backUp(to: place.file, coding: SchemaCodec()) { copy in
      checked = try await SyncService(log: copy, coding: RevisionCodec()).verify()
    }
    guard let checked else { throw StoreError.damaged("the copy was not checked") }
    let removed = try keep.map { try place.removeAll(but: $0) } ?? []
    if json {
      return try Output.json(
        BackedUp(
          file: place.file, records: checked.records, digest: checked.digest, removed: removed))
    }
    Output.line("\(place.file): \(checked.records) records, digest \(checked.digest)")
    for file in removed { Output.line("removed \(file)") }
  }
}
