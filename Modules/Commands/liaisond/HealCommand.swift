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
      try await folder.open().setHealing(true)
      Output.line("healing is open")
    }
  }

  struct Close: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Closes healing, when all offices have synced.",
      discussion: "Example: liaisond heal close -C hq")
    @OptionGroup var folder: ServerFolder

    func run() async throws {
      try await folder.open().setHealing(false)
      Output.line("healing is closed")
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says whether healing is open.", discussion: "Example: liaisond heal status -C hq")
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    private struct Healing: Encodable { let isOpen: Bool }

    func run() async throws {
      let isOpen = try await folder.open(for: .reading).status().isHealing
      if json { return try Output.json(Healing(isOpen: isOpen)) }
      Output.line("healing is \(isOpen ? "open" : "closed")")
    }
  }
}
