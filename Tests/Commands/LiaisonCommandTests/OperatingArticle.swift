import Foundation

/// The article *Operating*: what somebody types and writes into files, in its order.
///
/// The word behind a fence says who runs the block: `console` the tests of the article, `console package`
/// Scripts/packages-test, and `LANGUAGE MACHINE,MACHINE:/PATH` is a file there, of both.
struct OperatingArticle {
  enum Step: Equatable {
    case command(String, machine: String)
    case package(String)
    case file(String, path: String, machines: [String])
  }

  struct Part {
    let section: String
    let line: Int
    let step: Step
  }

  struct Fault: Error { let text: String }

  static let server = "one"
  private(set) var parts: [Part] = []
  /// The lines outside of blocks.
  private(set) var prose: [String] = []

  init() throws {
    try self.init(
      String(
        contentsOf: Workshop.root.appending(
          path: "Modules/Core/LiaisonSync/LiaisonSync.docc/Operating.md"), encoding: .utf8))
  }

  /// - Throws: ``Fault`` for a block that nobody runs.
  init(_ text: String) throws {
    var section = ""
    var block: (tag: String, line: Int, lines: [String])?
    for (number, line) in text.components(separatedBy: "\n").enumerated() {
      if line.hasPrefix("```") {
        if let open = block {
          try add(open.tag, open.lines, at: open.line, in: section)
          block = nil
        } else {
          block = (String(line.dropFirst(3)), number + 1, [])
        }
      } else if block != nil {
        block?.lines.append(line)
      } else {
        guard !line.hasPrefix("    ") && !line.hasPrefix("\t") else {
          throw Fault(text: "line \(number + 1): a block without a fence is run by nobody")
        }
        if line.hasPrefix("#") { section = String(line.drop { $0 == "#" }.dropFirst()) }
        prose.append(line)
      }
    }
    if let block { throw Fault(text: "line \(block.line): the block has no end") }
  }

  private mutating func add(
    _ tag: String, _ lines: [String], at line: Int, in section: String
  ) throws {
    func add(_ step: Step, _ offset: Int) {
      parts.append(Part(section: section, line: line + offset, step: step))
    }
    switch tag {
    case "console", "console package":
      for (offset, typed) in lines.enumerated() {
        guard let match = typed.wholeMatch(of: /(?<machine>[a-z0-9]*)\$ (?<command>.+)/) else {
          throw Fault(text: "line \(line + offset + 1): '\(typed)' is no command")
        }
        let command = String(match.command)
        let machine = match.machine.isEmpty ? Self.server : String(match.machine)
        add(tag == "console" ? .command(command, machine: machine) : .package(command), offset + 1)
      }
    case _:
      guard
        let match = tag.wholeMatch(
          of: /(?:json|sh|yaml) (?:(?<machines>[a-z0-9,]+):)?(?<path>\/.+)/)
      else { throw Fault(text: "line \(line): nobody runs a block '\(tag)'") }
      let machines = match.machines.map { $0.split(separator: ",").map(String.init) }
      add(
        .file(
          lines.joined(separator: "\n") + "\n", path: String(match.path),
          machines: machines ?? [Self.server]), 0)
    }
  }
}
