import ArgumentParser
import LiaisonModel
import LiaisonSQLite
import LiaisonSync
import LiaisonTerminal

struct OfficeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "office", abstract: "Adds, invites and lists the offices that may sync.",
    subcommands: [
      Add.self, InviteCommand.self, InvitationsCommand.self, List.self, Rename.self, Disable.self,
      Enable.self,
    ])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lets an office sync.",
      discussion: "Example: liaisond office add VIE --name \"Vienna\" -C hq")

    @Argument(help: "The office's id: 2 to 12 of A-Z and 0-9.")
    var code: String
    @Option(help: "The office's name.")
    var name: String
    @OptionGroup var folder: ServerFolder
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let id = try OfficeArgument.parse(code, advice: "2 to 12 of A-Z and 0-9, for example VIE")
      let office = Office(id: id, name: try OfficeArgument.parse(name: name))
      try await folder.open().change { roster in
        guard try roster.office(id) == nil else {
          throw StoreError.exists("the register has an office \(id) already")
        }
        try roster.put(office)
        try roster.note(.byPerson(.officeAdded, id.text, office.name))
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
        ["OFFICE", "NAME", "STATE"],
        offices.map { [$0.id.text, $0.name, $0.isDisabled ? "disabled" : ""] })
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
    let log = try open()
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
      "office \(id): \(Terminal.safe(changed.name))" + (changed.isDisabled ? ", disabled" : ""))
  }
}

private struct OfficeView: Encodable {
  let id: String
  let name: String
  let isDisabled: Bool

  init(_ office: Office) {
    id = office.id.text
    name = office.name
    isDisabled = office.isDisabled
  }
}
