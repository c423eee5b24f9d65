import Foundation
import TestSupport
import Testing

/// What is said of arguments that are refused before anything is looked at.
@Suite(.offPool) struct UsageTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func advice(_ command: String, _ arguments: [String]) throws -> String {
    let result = try shop.run(command, arguments)
    #expect(result.code == 2 && result.isPlainFailure, "\(arguments): \(result)")
    return String(result.errors.split(separator: "\n").last?.dropFirst("Try: ".count) ?? "")
  }

  @Test(arguments: [
    ("liaison", ["edit", "A", "--note", "-x"], "--note"),
    ("liaison", ["edit", "A", "--note", "-h"], "--note"),
    ("liaison", ["edit", "A", "--note", "--x"], "--note"),
    ("liaison", ["edit", "A", "--note", "-health"], "--note"),
    ("liaison", ["edit", "A", "-n", "-x"], "-n"), ("liaison", ["edit", "A", "--note"], "--note"),
    ("liaison", ["list", "body", "--where", "-a"], "--where"),
    ("liaison", ["list", "body", "--where", "-a=b"], "--where"),
    ("liaison", ["list", "body", "--sort", "-x"], "--sort"),
    ("liaison", ["list", "body", "--limit", "-1"], "--limit"),
    ("liaison", ["status", "-C", "-x"], "-C"), ("liaison", ["resolve", "A", "--take"], "--take"),
    ("liaisond", ["init", "hq", "--schema", "-x"], "--schema"),
    ("liaisond", ["office", "add", "VIE", "--name", "-x"], "--name"),
    ("liaisond", ["office", "add", "VIE"], "--name"),
    ("liaisond", ["serve", "hq", "--insecure-loopback", "--listen", "-x"], "--listen"),
    ("liaisond", ["import", "a", "--office", "-health"], "--office"),
  ])
  func anOptionThatLacksItsValueIsNamed(
    command: String, arguments: [String], option: String
  ) throws {
    #expect(try advice(command, arguments) == "\(option)=VALUE")
  }

  @Test(arguments: [
    ("liaison", ["search", "-1"], "-1"), ("liaison", ["search", "a", "-1"], "-1"),
    ("liaison", ["search", "--limit", "1", "-1"], "-1"), ("liaison", ["show", "-x"], "-x"),
    ("liaison", ["show", "--json", "--x"], "--x"),
    ("liaison", ["clone", "-x", "--insecure-loopback", "--office", "VIE"], "-x"),
    ("liaison", ["search", "-health"], "-health"),
    ("liaison", ["clone", "127.0.0.1:1", "-new"], "-new"),
    ("liaisond", ["import", "-x"], "-x"), ("liaisond", ["serve", "-x"], "-x"),
    ("liaisond", ["office", "add", "-x", "--name", "a"], "-x"),
  ])
  func anArgumentThatBeginsWithADashIsNamed(
    command: String, arguments: [String], dashed: String
  ) throws {
    #expect(try advice(command, arguments).hasPrefix("-- before '\(dashed)'"))
  }

  @Test func whatIsAdvisedIsTaken() throws {
    try shop.withReplicas(of: "VIE") { _ in
      for note in ["--note=-x", "-n=-h", "--note=--health"] {
        _ = try shop.output("liaison", "edit", "FTF", "name=\(note)", note, "-C=VIE")
        let log = try shop.output("liaison", "log", "FTF", "-C", "VIE")
        #expect(log.contains("  \(note.split(separator: "=")[1])  "), "\(log)")
      }
      _ = try shop.output("liaison", "search", "-C", "VIE", "--", "-health")
    }
  }

  @Test(arguments: [
    ("liaison", ["search"]), ("liaison", ["search", "--limit", "5"]), ("liaison", ["lst"]),
    ("liaison", ["status", "extra"]), ("liaison", ["list", "body", "--limit", "x"]),
    ("liaisond", ["import", "--json"]), ("liaisond", ["office", "foo"]),
  ])
  func withoutADashTheHelpIsNamed(command: String, arguments: [String]) throws {
    #expect(try advice(command, arguments) == "\(command) --help, or \(command) COMMAND --help")
  }

  @Test func anAddressThatCannotBeMeantIsUsage() throws {
    try shop.withReplicas(of: "VIE") { _ in
      for arguments in [
        ["move", "127.0.0.1:0", "-C", "VIE"],
        ["clone", "127.0.0.1:0", "new", "--insecure-loopback", "--office", "VIE"],
      ] {
        let port = try advice("liaison", arguments)
        #expect(port == "HOST:PORT, as liaisond serve prints it")
      }
      let zeros = try advice(
        "liaisond", ["serve", "hq", "--insecure-loopback", "--listen", "127.0.0.01:0"])
      #expect(zeros == "--listen 127.0.0.1:7401")
    }
    #expect(!FileManager.default.fileExists(atPath: shop.path + "/new"))
  }

  @Test(arguments: [
    ("liaison", ["clone", "127.0.0.1:1", "", "--insecure-loopback", "--office", "VIE"]),
    ("liaison", ["-C", "", "status"]),
    ("liaison", ["status", "-C", ""]), ("liaisond", ["init", ""]), ("liaisond", ["serve", ""]),
    ("liaisond", ["status", "-C", ""]),
  ])
  func aFolderWithoutANameIsUsage(command: String, arguments: [String]) throws {
    #expect(try advice(command, arguments) == "another folder")
  }

  @Test(arguments: [
    ["init", "ADDRESS"], ["restore", "text", "ADDRESS"], ["backup", "ADDRESS"],
    ["status", "-C", "ADDRESS"], ["status", "ADDRESS"], ["serve", "ADDRESS"],
    ["import", "ADDRESS"], ["config", "check", "ADDRESS"],
    ["serve", "hq", "--listen", "ADDRESS"], ["serve", "hq", "--host", "ADDRESS"],
    ["move-store", "ADDRESS", "new"],
  ])
  func anAddressIsNoFolderAndItsPasswordIsNotShown(arguments: [String]) throws {
    try shop.makeHeadquarters()
    _ = try shop.output("sh", "-c", "echo text > text")
    for scheme in ["postgresql", "mysql"] {
      let address = "\(scheme)://liaison:geh/ei@m@127.0.0.1:1/hq"
      let result = try shop.run(
        "liaisond", arguments.map { $0 == "ADDRESS" ? address : $0 },
        environment: ["LIAISON_DIRECTORY": shop.path + "/hq"])
      #expect(result.code != 0 && result.isPlainFailure, "\(result)")
      #expect(!result.errors.contains("geh") && !result.errors.contains("ei@m"), "\(result)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: shop.path)
    #expect(!names.contains { $0.hasSuffix("sql:") }, "\(names)")
  }
}
