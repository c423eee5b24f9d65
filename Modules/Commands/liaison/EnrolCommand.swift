import ArgumentParser
import LiaisonFolder
import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct EnrolCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: "Lets a replica in again by a new invitation.",
    discussion: """
      For one whose key is gone, that was revoked by mistake, or that a restored server does not know. What \
      it holds stays, also what was not sent; `liaison sync` goes on.

      Example: liaison enrol 'VIE@sync.example.org:7401#…' -C vienna
      """)

  @Argument(help: "The invitation; quote it.") var invitation: String
  @OptionGroup var options: ReplicaOptions

  /// Redeems the invitation with the key that is there, so that the same line twice is harmless. A key that the
  /// register has revoked, or that cannot be read, is let in no more: another takes its place.
  private func enrolled(_ invitation: Invitation, _ data: DataDirectory) async throws -> Int {
    if try PrivateFile(data, .nextKey).text() == nil {
      do {
        return try await Enrolling(invitation, data).run()
      } catch CallError.notAdmitted(.revoked) {
      } catch is CertificateFault {}
    }
    return try await Enrolling(invitation, data, anew: true).run()
  }

  private struct Done: Encodable {
    let replica: String
    let server: String
  }

  func run() async throws {
    let invitation = try Invitation.parse(invitation)
    let data = try options.data
    let store = try SQLiteReplicaStore(data, coding: SchemaCodec())
    let office = try await store.identity().office
    guard office == invitation.office else {
      throw Failure(
        "this is a replica of \(office), and the invitation is for \(invitation.office)",
        advice: "an invitation of \(office)", status: .usage)
    }
    let lock = try DirectoryLock(data, name: .sync, holder: "liaison enrol")
    defer { withExtendedLifetime(lock) {} }
    let place = Place(
      of: .replica, folder: data.path, address: invitation.server.description, office: office.text)
    let number = try await place.naming { try await enrolled(invitation, data) }
    try await store.write(.durable) { transaction in
      try transaction.setNumber(number)
      try transaction.setAddress(invitation.server.description)
    }
    let name = EnrolledReplica.name(office, number)
    if options.json { return try Output.json(Done(replica: name, server: "\(invitation.server)")) }
    Output.line("replica \(name) of the server at \(invitation.server)")
  }
}
