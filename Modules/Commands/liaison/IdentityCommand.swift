import ArgumentParser
import LiaisonFolder
import LiaisonIdentity
import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal

struct IdentityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identity", abstract: "Shows who this replica is to its server.",
    discussion: "Example: liaison identity")

  @OptionGroup var options: ReplicaOptions

  private struct View: Encodable {
    let office: String
    /// As `liaisond replica list` shows it.
    let replica: String?
    let server: String
    let key: String?
    let authority: String?
    let certificateUntil: String?
  }

  func run() async throws {
    let identity = try await options.replica().identity()
    let credential = try ReplicaCredential.of(options.data)
    let presented = try credential?.presented()
    let view = View(
      office: identity.office.text,
      replica: identity.isEnrolled
        ? EnrolledReplica.name(identity.office, identity.series.replica) : nil,
      server: identity.address, key: presented?.key.description,
      authority: try credential.map { try CertificateFile.fingerprint($0.authority).description },
      certificateUntil: presented?.ends.description)
    if options.json { return try Output.json(view) }
    Output.line(
      "office \(view.office), " + (view.replica.map { "replica \($0), " } ?? "")
        + "server \(view.server)")
    guard let key = view.key, let authority = view.authority, let until = view.certificateUntil
    else {
      guard !identity.isEnrolled else { throw ReplicaCredential.missing(.certificates) }
      return Output.line("no certificate: only a server on this machine believes it")
    }
    Output.line("certificate until \(until)")
    Output.line("key       \(key)")
    Output.line("authority \(authority)")
  }
}
