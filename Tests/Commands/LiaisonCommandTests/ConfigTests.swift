import ArgumentParser
import Configuration
import Foundation
import LiaisonTerminal
import TestSupport
import Testing

@testable import liaisond

/// Flags, variables and the file of options.
@Suite(.offPool) struct ConfigTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func file(_ text: String) throws -> String {
    try shop.scratch.file("liaisond.json", Data(text.utf8))
  }

  @Test func aVariableIsNamedAsTheLibraryNamesIt() throws {
    let variables = EnvironmentVariablesProvider(environmentVariables: [:]).snapshot()
    for option in ServeOption.all {
      let key = AbsoluteConfigKey(["liaison", option.key])
      #expect(try variables.value(forKey: key, type: option.type).encodedKey == option.variable)
    }
  }

  /// Each place says something else; those that stand before it are taken away one by one.
  @Test func aFlagCountsBeforeAVariableAndThatBeforeTheFile() throws {
    let path = try file(#"{"logFormat": "logfmt", "listen": ["127.0.0.1:3"]}"#)
    let flags = try ServeFlags.parse(["--log-format", "json", "--listen", "127.0.0.1:1"])
    let variables = ["LIAISON_LOG_FORMAT": "text", "LIAISON_LISTEN": "127.0.0.1:2,[::1]:2"]
    let cases: [(ServeFlags?, [String: String], String?, String, [String], ServeValues.Source)] = [
      (flags, variables, path, "json", ["127.0.0.1:1"], .flag),
      (nil, variables, path, "text", ["127.0.0.1:2", "[::1]:2"], .variable("LIAISON_LOG_FORMAT")),
      (nil, [:], path, "logfmt", ["127.0.0.1:3"], .file(path)),
      (nil, ["LIAISON_LOG_FORMAT": ""], path, "logfmt", ["127.0.0.1:3"], .file(path)),
      (nil, [:], nil, "text", ListenArgument.everywhere, .standard),
    ]
    for (flags, variables, path, form, listen, source) in cases {
      let values = try ServeValues(flags, environment: variables, file: path)
      #expect(values.text("logFormat") == form && values["logFormat"]?.source == source)
      #expect(values.texts("listen") == listen)
    }
  }

  @Test func everyFlagHasItsRow() throws {
    let given = [
      "hq", "--store", "s", "--listen", "127.0.0.1:1", "--host", "a", "--certificate", "c", "--key",
      "k",
      "--operations", "127.0.0.1:2", "--insecure-operations", "--log-format", "json",
      "--log-level", "debug", "--insecure-loopback",
    ]
    let values = try ServeValues(try ServeFlags.parse(given), environment: [:], file: nil)
    for option in ServeOption.all { #expect(values[option.key]?.source == .flag, "\(option.key)") }
  }

  @Test(arguments: [
    (#"{"lisen": []}"#, ":1:2: there is no option 'lisen'"),
    ("{\n  \"listen\": \"x\"}", ":2:3: 'listen' takes a list of texts"),
    (#"{"listen": ["a", 1]}"#, "'listen' takes a list of texts"),
    (#"{"operations": 7402}"#, "'operations' takes a text"),
    (#"{"insecureLoopback": 1}"#, "'insecureLoopback' takes true or false"),
    (#"{"key": null}"#, "'key' takes a text"), ("[]", ":1:1: an object is due"), ("", ":1:1: "),
    ("{\n\"key\": \"a\",}", ":2:12: a key in quotes is due"),
    (#"{"key": "a", "key": "b"}"#, ":1:14: 'key' is there twice"),
    (#"{"listen": ["nowhere"]}"#, "listen in "), (#"{"logLevel": "loud"}"#, "logLevel in "),
    (#"{"host": ["a_b"]}"#, "host in "), (#"{"key": "k"}"#, "belong together"),
    (#"{"operations": "0.0.0.0:1"}"#, "operations in "),
    (#"{"insecureOperations": true}"#, "operations"), (#"{"listen": []}"#, "listens nowhere"),
    (#"{"listen": ["127.0.0.1:7401"], "operations": "127.0.0.1:7401"}"#, "cannot both call"),
  ])
  func whatIsWrongInAFileIsNamedWithItsPlace(text: String, told: String) throws {
    let path = try file(text)
    for command in [["config", "check", path], ["serve", "hq", "--config", path]] {
      let result = try shop.run("liaisond", command)
      #expect(result.code == 2 && result.isPlainFailure, "\(result)")
      #expect(result.errors.contains(told), "\(result)")
    }
  }

  @Test func aCertificateThatDoesNotServeIsFoundBeforeTheServerIsStarted() throws {
    try shop.makeHeadquarters()
    _ = try shop.output("sh", "-c", "echo text > text; chmod 600 text")
    for (text, told) in [
      (#"{"certificate": "no", "key": "text"}"#, "no cannot be read"),
      (#"{"certificate": "text", "key": "no"}"#, "no key in no"),
      (#"{"certificate": "text", "key": "text"}"#, "text with text"),
    ] {
      let path = try file(text)
      for command in [["config", "check", path], ["serve", "hq", "--config", path]] {
        let result = try shop.run("liaisond", command)
        #expect(result.code == 1 && result.isPlainFailure, "\(result)")
        #expect(result.errors.contains(told), "\(result)")
      }
    }
  }

  @Test func whatAVariableSaysWrongIsNamed() throws {
    let path = try file("{}")
    for (name, value) in [
      ("LIAISON_INSECURE_LOOPBACK", "maybe"), ("LIAISON_LOG_FORMAT", "xml"),
      ("LIAISON_LISTEN", "nowhere"),
    ] {
      let result = try shop.run("liaisond", "config", "check", path, environment: [name: value])
      #expect(result.code == 2 && result.isPlainFailure && result.errors.contains(name))
    }
  }

  @Test func aCheckTellsWhatWouldBeInForceAndFromWhere() throws {
    let path = try file(#"{"listen": ["127.0.0.1:0"], "logFormat": "json"}"#)
    let result = try shop.run(
      "liaisond", "config", "check", path, "--json", environment: ["LIAISON_LOG_LEVEL": "debug"])
    struct Row: Decodable, Equatable {
      let option: String
      let value: [String]
      let from: String
    }
    let rows = try JSONDecoder().decode([Row].self, from: Data(result.output.utf8))
    for row in [
      Row(option: "listen", value: ["127.0.0.1:0"], from: path),
      Row(option: "logLevel", value: ["debug"], from: "LIAISON_LOG_LEVEL"),
      Row(option: "insecureLoopback", value: ["false"], from: "default"),
    ] { #expect(rows.contains(row), "\(rows)") }
  }

  @Test func aServerStartsFromAFileAndLogsALineACall() throws {
    try shop.makeHeadquarters()
    let path = try file(
      #"{"directory": "hq", "listen": ["127.0.0.1:0"], "logFormat": "json", "insecureLoopback": true}"#
    )
    let server = try shop.serve(
      configuration: path, environment: ["LIAISON_LOG_LEVEL": "debug"])
    defer { server.kill() }
    _ = try shop.output(
      "liaison", "clone", server.address, "VIE", "--insecure-loopback", "--office", "VIE")
    #expect(server.stop() == 0)
    struct Line: Decodable {
      let msg: String
      let method, office, outcome, call: String?
      let changes, batches: Int?
      let seconds: Double?
    }
    let lines = try server.logged().map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    let call = try #require(lines.first { $0.msg == "a call has ended" }, "\(lines)")
    #expect(call.method == "pull" && call.office == "VIE" && call.outcome == "ok")
    #expect(call.changes == 157 && call.batches == 1 && call.call?.count == 16)
    #expect(try #require(call.seconds) > 0)
  }

  @Test func theJournalIsToldThePriorityOfEachLine() throws {
    try shop.makeHeadquarters()
    // A shell names the file that standard error leads to, as systemd does.
    let command = """
      exec 2>journal; export JOURNAL_STREAM=$(stat -L -c %d:%i journal)
      liaisond serve hq --listen 127.0.0.1:0 --insecure-loopback >out & wait_for=$!
      while ! grep -q started journal; do :; done; kill $wait_for; wait $wait_for
      """
    _ = try shop.output("bash", "-c", command)
    let lines = try String(contentsOfFile: shop.path + "/journal", encoding: .utf8)
      .split(separator: "\n")
    #expect(lines.first?.hasPrefix("<5>notice started address=") == true, "\(lines)")
    #expect(lines.allSatisfy { $0.hasPrefix("<5>notice ") }, "\(lines)")
  }
}
