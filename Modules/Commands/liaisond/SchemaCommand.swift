import ArgumentParser
import LiaisonExchange
import LiaisonModel
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonTerminal
import LiaisonWire

struct SchemaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Shows and changes the register's kinds and fields.",
    discussion: """
      To change them: print the schema, edit the file, raise its version, check it, apply it. Kinds, \
      fields, words and labels may be added; names may change, the old ones stay as aliases; a field is \
      retired, never left out; another type is a new field that replaces a retired one. Rules bind \
      what is changed from then on, not what records hold.
      """,
    subcommands: [Show.self, Check.self, Apply.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the schema as a file that init and apply take.",
      discussion: "Example: liaisond schema show -C hq > schema.json")
    @OptionGroup var folder: ServerFolder

    func run() async throws {
      let text = SchemaFile.print(try await folder.open(for: .reading).status().schema)
      Output.line(String(text.hasSuffix("\n") ? text.dropLast() : text[...]))
    }
  }

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says whether a schema file could be applied.",
      discussion: "Example: liaisond schema check schema.json -C hq")
    @OptionGroup var change: SchemaFileArgument

    func run() async throws {
      let schema = try await change.apply(isTrial: true)
      Output.line("schema \(schema.version) can be applied")
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a schema file the register's schema, while it is served.",
      discussion: """
        Offices get it with their next sync. What was written under the old one is still accepted as \
        far as the new one's rules allow it.

        Example: liaisond schema apply schema.json -C hq
        """)
    @OptionGroup var change: SchemaFileArgument
    @Flag(help: "Print JSON.") var json = false

    private struct Applied: Encodable { let version: UInt32 }

    func run() async throws {
      let schema = try await change.apply(isTrial: false)
      if json { return try Output.json(Applied(version: schema.version)) }
      Output.line("the register has schema \(schema.version)")
    }
  }
}

/// A schema file that is to become the register's schema.
struct SchemaFileArgument: ParsableArguments {
  @Argument(help: "The file; - for what comes in through a pipe.") var file: String
  @OptionGroup var folder: ServerFolder

  func apply(isTrial: Bool) async throws -> Schema {
    let document = try SchemaDocument(InputArgument.bytes(file))
    let log = try await folder.open(for: isTrial ? .reading : .writing)
    do {
      let schema = try await SyncService(log: log, coding: RevisionCodec())
        .apply(document.schema, coding: SchemaCodec(), isTrial: isTrial)
      if !isTrial {
        try await log.change { try $0.note(.byPerson(.schemaApplied, "\(schema.version)")) }
      }
      return schema
    } catch SchemaRefusal.unchanged {
      throw Failure(
        "the register has this schema already", advice: "liaisond schema show", status: .failure)
    } catch SchemaRefusal.faults(let faults) {
      throw refused(
        faults.map { fault in
          let place = document.place(of: fault)
          return "\(file):\(place.line):\(place.column): \(fault)"
        })
    } catch SchemaRefusal.breaches(let breaches) {
      throw refused(
        breaches.map(\.description), by: "records break the schema",
        isCut: breaches.count == Tuning.shownBreaches)
    }
  }

  /// All that is wrong on standard error, a line each, before the failure.
  private func refused(
    _ lines: [String], by what: String = "the schema is wrong", isCut: Bool = false
  ) -> Failure {
    for line in lines { Output.error(line + "\n") }
    let count =
      lines.count == 1 ? "one problem" : "\(lines.count) problems" + (isCut ? " or more" : "")
    return Failure(
      "\(what): \(count); nothing was changed",
      advice:
        "Mend them in \(what.hasPrefix("records") ? "the register" : file), then the same command")
  }
}
