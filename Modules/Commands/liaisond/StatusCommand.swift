import ArgumentParser
import LiaisonIdentity
import LiaisonModel
import LiaisonOperation
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Shows what the register holds, and how its replicas stand.",
    discussion: """
      Replicas that are behind or long silent come first; liaisond replica list has all of them. A \
      server under way tells the same and more to liaisond serve --operations.

      Example: liaisond status -C hq
      """)
  @OptionGroup var folder: ServerFolder
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let log = try await folder.open(for: .reading)
    let facts = try await log.operation()
    let status = StatusView(
      facts, records: try await log.count(after: .zero).live,
      authorityEnds: try await authorityEnds(log), room: try folder.place.room)
    if json { return try Output.json(status) }
    status.lines.forEach { Output.line($0) }
    status.table()
  }

  /// - Returns: nil for a register without an authority, whose callers are believed.
  private func authorityEnds(_ log: any RegisterStore) async throws -> Timestamp? {
    do {
      let standing = try await log.standing()
      return try RegisterAuthority(certificate: standing.certificate, key: standing.key)
        .read(standing.certificate).ends
    } catch StoreError.missing {
      return nil
    }
  }
}
