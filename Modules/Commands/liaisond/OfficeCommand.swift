import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct OfficeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "office", abstract: "Adds, invites and lists the offices that may sync.",
    subcommands: [
      Add.self, InviteCommand.self, InvitationsCommand.self, WithdrawCommand.self, List.self,
      Rename.self, SetRole.self, Disable.self, Enable.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets an office sync.",
      discussion: "Example: liaisond office add VIE --name \"Vienna\" -C hq")

    @Argument(help: "The office's id: 2 to 12 of A-Z and 0-9.")
    var code: String
    @Option(help: "The office's name.")
    var name: String
    @Option(help: "What it may do: reader, contributor or registrar.")
    var role = "contributor"
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let id = try OfficeArgument.parse(code, advice: "2 to 12 of A-Z and 0-9, for example VIE")
      guard id != OfficeArgument.server else {
        throw Failure(
          "\(id) is what an import writes that is of no office", advice: "another id",
          status: .usage)
      }
      let office = Office(
        id: id, name: try OfficeArgument.parse(name: name),
        role: try OfficeArgument.parse(role: role))
      try await folder.open().change { roster in
        guard try roster.office(id) == nil else {
          throw Failure(
            "the register has an office \(id) already",
            advice: "liaisond office rename, role or invite \(id); or another id")
        }
        try roster.put(office)
        try roster.note(.byPerson(.officeAdded, id.text, "\(office.name), \(office.role.rawValue)"))
      }
      if json { return try Output.json(OfficeView(office)) }
      Output.line("office \(id): \(Terminal.safe(name))")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists the offices.", discussion: "Example: liaisond office list -C hq")
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let offices = try await folder.open(for: .reading).offices()
      if json { return try Output.json(offices.map(OfficeView.init)) }
      Output.table(
        ["OFFICE", "NAME", "ROLE", "STATE"],
        offices.map { [$0.id.text, $0.name, $0.role.rawValue, $0.isDisabled ? "disabled" : ""] })
    }
  }

  struct Rename: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives an office another name; its id stays.",
      discussion: "Example: liaisond office rename VIE \"Office to the UN, Vienna\" -C hq")
    @Argument(help: "The office's id.") var code: String
    @Argument(help: "Its new name.") var name: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let name = try OfficeArgument.parse(name: name)
      try await folder.change(code, .officeRenamed, note: name, json: json) { $0.name = name }
    }
  }

  struct SetRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "role", abstract: "Says what an office may do.",
      discussion: """
        A reader writes nothing. A contributor writes, and deletes and restores what its own office made; \
        a registrar also what others made.

        Example: liaisond office role VIE registrar -C hq
        """)
    @Argument(help: "The office's id.") var code: String
    @Argument(help: "reader, contributor or registrar.") var role: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let chosen = try OfficeArgument.parse(role: role)
      try await folder.change(code, .officeRoleSet, note: chosen.rawValue, json: json) {
        $0.role = chosen
      }
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets none of an office's replicas in, until it is enabled.",
      discussion: """
        Open calls end within a second. Nothing is lost: what waits in the office's outboxes is sent when \
        it is let in again.

        Example: liaisond office disable VIE -C hq
        """)
    @Argument(help: "The office's id.") var code: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await folder.change(code, .officeDisabled, json: json) { $0.isDisabled = true }
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets an office's replicas in again.",
      discussion: "Example: liaisond office enable VIE -C hq")
    @Argument(help: "The office's id.") var code: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      try await folder.change(code, .officeEnabled, json: json) { $0.isDisabled = false }
    }
  }
}

extension ServerFolder {
  /// Changes an office, notes it, and prints the office.
  fileprivate func change(
    _ code: String, _ act: AuditEntry.Act, note: String = "", json: Bool,
    _ body: @escaping @Sendable (inout Office) -> Void
  ) async throws {
    let id = try OfficeArgument.parse(code, advice: "the office's id, for example VIE")
    let log = try await open()
    try await OfficeArgument.check(id, in: log)
    let entry = AuditEntry.byPerson(act, id.text, note)
    let changed = try await log.change { roster -> Office? in
      guard var office = try roster.office(id) else { return nil }
      body(&office)
      try roster.put(office)
      try roster.note(entry)
      return office
    }
    guard let changed else { return }
    if json { return try Output.json(OfficeView(changed)) }
    Output.line(
      "office \(id): \(Terminal.safe(changed.name)), \(changed.role.rawValue)"
        + (changed.isDisabled ? ", disabled" : ""))
  }
}

private struct OfficeView: Encodable {
  let id: String
  let name: String
  let role: String
  let isDisabled: Bool

  init(_ office: Office) {
    role = office.role.rawValue
    id = office.id.text
    name = office.name
    isDisabled = office.isDisabled
  }
}
