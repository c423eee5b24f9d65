import ArgumentParser
import Foundation
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Makes a server of a backup.",
    discussion: """
      What was committed since the backup is missing in it: healing is open, so that the offices hand \
      it back with their next sync. Close it when all of them have synced: liaisond heal close.

      Examples:
        liaisond restore hq.backup hq
        liaisond restore hq.backup --store postgresql://liaison@db1,db2/hq
      """)
  @Argument(help: "The file that liaisond backup has made.") var file: String
  @Argument(help: "The new server's folder.") var directory: String?
  @Option(
    help: ArgumentHelp(
      "The database, in the place of a folder: postgresql://HOST/DATABASE.", valueName: "url"))
  var store: String?
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let place = try RegisterPlace(folder: directory, store: store)
    if case .folder = place, directory == nil {
      throw Failure(
        "nothing says where the register is to be",
        advice: "liaisond restore FILE DIR, or --store postgresql://HOST/DATABASE", status: .usage)
    }
    try InputArgument.checkReadable(file)
    let (checked, replicas) = try await fill(place)
    // It tells in the register itself that what its audit log says ends with the backup.
    let entry = AuditEntry.byPerson(.restored, "", (file as NSString).lastPathComponent)
    try await place.open().change { try $0.note(entry) }
    if json { return try Output.json(checked) }
    Output.line("\(checked.records) records, digest \(checked.digest); healing is open")
    if replicas > 0 {
      Output.line(
        "\(replicas) replicas are let in as they were then: revoke again what was revoked since, and invite "
          + "anew what was let in since")
    }
  }

  /// - Returns: what the backup holds, and how many replicas may call.
  private func fill(_ place: RegisterPlace) async throws -> (Verification, Int) {
    do {
      let backup = try BackupFile.open(file)
      let checked = try await SyncService(log: backup, coding: RevisionCodec()).verify()
      _ = try await place.fill { place in
        try await RegisterCopy(coding: RevisionCodec()).restore(backup, into: place)
      }
      return (checked, try await backup.replicas().count { $0.revoked == nil })
    } catch StoreError.damaged(let what) {
      throw Failure("\(file) cannot be restored: \(what)", advice: "another backup")
    }
  }
}
