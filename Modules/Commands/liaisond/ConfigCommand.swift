import ArgumentParser
import Configuration
import Foundation
import LiaisonOperation
import LiaisonTerminal
import Logging

struct ConfigCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks the file of options that a server is started with.",
    subcommands: [Check.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reads a file of options as serve does, and says what would be in force.",
      discussion: """
        Names the place of what is wrong: a key that is none, a value of another type, an address that \
        cannot be meant. A certificate and its key are read. Variables LIAISON_… count before the file, as they do for serve.

        Example: liaisond config check /etc/liaison/liaisond.json
        """)
    @Argument(help: "The file.") var file: String
    @Flag(help: "Print JSON.") var json = false

    private struct Row: Encodable {
      let option: String
      let value: [String]
      let from: String
    }

    func run() async throws {
      let values = try ServeValues(nil, config: file)
      try ServeSettings(values).files?.checked()
      let rows = ServeOption.all.compactMap { option in
        values[option.key].map { value in
          Row(
            option: option.key,
            value: option.isSecret ? ["(not shown)"] : value.content.texts,
            from: value.source.place ?? "default")
        }
      }
      if json { return try Output.json(rows) }
      Output.table(
        ["OPTION", "VALUE", "FROM"],
        rows.map { [$0.option, $0.value.joined(separator: " "), $0.from] })
    }
  }
}

extension ServeValues {
  /// - Parameter config: the file's path; otherwise LIAISON_CONFIG names one, or nothing.
  init(_ flags: ServeFlags?, config: String?) throws {
    let environment = ProcessInfo.processInfo.environment
    let named = config ?? environment["LIAISON_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    try self.init(flags, environment: environment, file: named)
  }
}

extension ConfigContent {
  /// For a person.
  fileprivate var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .stringArray(let texts): texts
    case .bool(let flag): ["\(flag)"]
    case .int, .double, .bytes, .intArray, .doubleArray, .boolArray, .byteChunkArray: ["\(self)"]
    }
  }
}

extension LineLog {
  /// The log of a server, on standard error.
  init(_ settings: ServeSettings) {
    self.init(
      settings.logForm, level: settings.logLevel,
      isJournal: Self.isJournal(ProcessInfo.processInfo.environment["JOURNAL_STREAM"]),
      now: System.now)
  }
}
