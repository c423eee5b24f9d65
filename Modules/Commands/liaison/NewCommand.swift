import ArgumentParser
import LiaisonReplica
import LiaisonTerminal

struct NewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Adds a record.",
    discussion: """
      Organizations, bodies, areas, goals, instruments and offices need code=…; participations, \
      engagements and actions are numbered: VIE-2026-0012.

      Example: liaison new engagement title="Expert meeting" starts=2026-12-01 lead=VIE \
      status=planned participants=UNODC,OSCE
      """)
  @Argument(help: "A kind.") var kind: String
  @Argument(help: "field=value …") var fields: [String] = []
  @Option(name: .shortAndLong, help: "Why, in one line.") var note = ""
  @OptionGroup var options: ReplicaOptions

  func run() async throws {
    let assignments = try fields.map { try Assignment($0) }
    try options.print(try await options.replica().create(kind, assignments, note: note))
  }
}
