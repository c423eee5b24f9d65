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
    // A key that the register has revoked is let in no more: a replica that has been in makes another.
    let number = try await place.naming {
      try await Enrolling(invitation, data, anew: try ReplicaCredential.exists(data)).run()
    }
    try await store.write(.durable) { transaction in
      try transaction.setNumber(number)
      try transaction.setAddress(invitation.server.description)
    }
    let name = EnrolledReplica.name(office, number)
    if options.json { return try Output.json(Done(replica: name, server: "\(invitation.server)")) }
    Output.line("replica \(name) of the server at \(invitation.server)")
  }
}
