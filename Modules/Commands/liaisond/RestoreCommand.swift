import ArgumentParser
import Foundation
import LiaisonFolder
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

      Example: liaisond restore hq.backup hq
      """)
  @Argument(help: "The file that liaisond backup has made.") var file: String
  @Argument(help: "The new server's folder.") var directory: String
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let folder = DataDirectory(try FolderArgument.parse(directory), role: .server)
    try InputArgument.checkReadable(file)
    var (checked, replicas): (Verification?, Int) = (nil, 0)
    do {
      try await SQLiteChangeLog.restore(file, into: folder, coding: SchemaCodec()) { backup in
        checked = try await SyncService(log: backup, coding: RevisionCodec()).verify()
        replicas = try await backup.replicas().count { $0.revoked == nil }
      }
    } catch StoreError.damaged(let what) {
      throw Failure("\(file) cannot be restored: \(what)", advice: "another backup")
    }
    // It tells in the register itself that what its audit log says ends with the backup.
    let entry = AuditEntry.byPerson(.restored, "", (file as NSString).lastPathComponent)
    try await SQLiteChangeLog(folder, coding: SchemaCodec(), for: .writing).change {
      try $0.note(entry)
    }
    guard let checked else { throw StoreError.damaged("the backup was not checked") }
    if json { return try Output.json(checked) }
    Output.line("\(checked.records) records, digest \(checked.digest); healing is open")
    if replicas > 0 {
      Output.line(
        "\(replicas) replicas are let in as they were then: revoke again what was revoked since, and invite "
          + "anew what was let in since")
    }
  }
}
