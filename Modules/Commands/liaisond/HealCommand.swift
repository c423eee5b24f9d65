import ArgumentParser
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct HealCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "heal", abstract: "Lets offices hand back what the register has lost.",
    discussion: """
      An office may always hand back what it wrote itself; what other offices wrote only while healing \
      is open, because nothing proves yet that the register once had it. liaisond log --handed-back \
      lists what came.
      """,
    subcommands: [Open.self, Close.self, Status.self])

  struct Open: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Opens healing; liaisond restore does as well.",
      discussion: "Example: liaisond heal open -C hq")
    @OptionGroup var folder: ServerFolder

    func run() async throws {
      let log = try await folder.open()
      try await log.setHealing(true)
      try await log.change { try $0.note(.byPerson(.healingOpened, "")) }
      Output.line("healing is open")
    }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Closes healing, when all offices have synced.",
      discussion: "Example: liaisond heal close -C hq")
    @OptionGroup var folder: ServerFolder

    func run() async throws {
      let log = try await folder.open()
      try await log.setHealing(false)
      try await log.change { try $0.note(.byPerson(.healingClosed, "")) }
      Output.line("healing is closed")
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says whether healing is open, and what the register still lacks.",
      discussion: "Example: liaisond heal status -C hq")
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    private struct Healing: Encodable {
      let isOpen: Bool
      let missing: Int
    }

    func run() async throws {
      let status = try await folder.open(for: .reading).status()
      let missing = status.wanted.count
      if json {
        return try Output.json(Healing(isOpen: status.isHealing, missing: missing))
      }
      Output.line("healing is \(status.isHealing ? "open" : "closed")")
      guard missing > 0 else { return }
      // No more than these are told.
      let count = missing < SyncLimits.wanted ? "\(missing)" : "at least \(missing)"
      Output.line(
        "missing behind merges: \(count); any office that has it brings it with its next sync")
    }
  }
}
