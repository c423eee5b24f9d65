import ArgumentParser
import Foundation
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks the file, every entry of the log, and what is derived from it.",
    discussion: """
      Prints a digest over all records: two copies with the same digest hold the same bytes.

      With --backup: checks a backup likewise, and holds it against the register's log at the place \
      where it ends; the register notes that it is proven.

      Examples:
        liaisond verify -C hq
        liaisond verify --backup /var/backups/liaison/hq.sqlite -C hq
      """)
  @Option(help: ArgumentHelp("A file that liaisond backup has made.", valueName: "file"))
  var backup: String?
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let result =
      if let backup {
        try await prove(backup, of: folder.open(for: .reading))
      } else {
        try await SyncService(
          log: await folder.open(for: .reading), coding: RevisionCodec()
        ).verify()
      }
    if json { return try Output.json(result) }
    Output.line("\(result.records) records, digest \(result.digest)")
  }

  private func prove(_ file: String, of log: any RegisterStore) async throws -> Verification {
    try InputArgument.checkReadable(file)
    do {
      let copy = try BackupFile.open(file)
      let proof = try await BackupProof(of: copy, against: log)
      try await proof.note(in: log, file: (file as NSString).lastPathComponent)
      return proof.verified
    } catch StoreError.damaged(let what) {
      throw Failure(
        "\(file) is no good backup: \(what)", advice: "liaisond backup, into a new file")
    }
  }
}
