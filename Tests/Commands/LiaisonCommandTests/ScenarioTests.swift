import Foundation
import TestSupport
import Testing

/// Commands with their exact output, as files that a person reads and `LIAISON_REWRITE=1` writes
/// anew. Each starts with a register of the reference records, the offices LYO, VIE and NYC, and
/// no server: `$ serve` starts one, or `$ serve --tls`, `$ stop` ends it. Any other `$ ` line goes to the shell.
@Suite(.offPool) struct ScenarioTests {
  private static let folder = Workshop.root
    .appending(path: "Tests/Commands/Scenarios")

  @Test(arguments: [
    "story", "json", "errors", "terminal", "restored", "copies", "taken", "export", "schema",
    "enrol",
  ])
  func theOutputIsTheOneThatIsWrittenDown(name: String) throws {
    let file = Self.folder.appending(path: "\(name).txt")
    let expected = try String(contentsOf: file, encoding: .utf8)
    let shop = try Workshop()
    try shop.makeHeadquarters()
    var player = ScenarioPlayer(shop: shop)
    defer { player.stop() }
    let actual = try expected.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { $0.hasPrefix("$ ") || $0.hasPrefix("#") }
      .map { try player.play(String($0)) }.joined()
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE"] == "1" {
      try Data(actual.utf8).write(to: file)
    }
    let lines = (expected, actual)
    let pairs = zip(
      lines.0.split(separator: "\n", omittingEmptySubsequences: false),
      lines.1.split(separator: "\n", omittingEmptySubsequences: false))
    let first = pairs.enumerated().first { $0.element.0 != $0.element.1 }
    #expect(
      expected == actual,
      "line \((first?.offset ?? 0) + 1): expected '\(first?.element.0 ?? "")', got '\(first?.element.1 ?? "")'"
    )
  }
}

/// Runs the lines of a scenario, and makes what differs from run to run alike, width for width.
private struct ScenarioPlayer {
  let shop: Workshop
  private var server: Workshop.Server?
  private let year = String(
    Foundation.Calendar(identifier: .gregorian).component(.year, from: Date()))

  init(shop: Workshop) { self.shop = shop }

  mutating func play(_ line: String) throws -> String {
    guard line.hasPrefix("$ ") else { return line + "\n" }
    switch String(line.dropFirst(2)) {
    case "serve", "serve --tls":
      server = try shop.serve(
        listen: server?.address ?? "127.0.0.1:0", isSecure: line.hasSuffix("--tls"))
      return line + "\n"
    case "stop": return line + "\n" + (stop() == 0 ? "" : "the server failed\n")
    case let command:
      let here = command.replacing("ADDRESS", with: server?.address ?? "127.0.0.1:1")
        .replacing("-YEAR-", with: "-\(year)-")
      let result = try shop.run(
        "sh", ["-c", here], environment: ["TERM": "xterm", "TZ": "UTC", "COLUMNS": "80"])
      let exit = result.code == 0 ? "" : "[exit \(result.code)]\n"
      return line + "\n" + alike(result.output + result.errors) + exit
    }
  }

  @discardableResult
  mutating func stop() -> Int32 {
    guard let server, server.process.isRunning else { return 0 }
    return server.stop()
  }

  private func alike(_ text: String) -> String {
    var text = text.replacing("\u{1B}", with: "␛").replacing("\r\n", with: "\n")
      .replacing(shop.path, with: "FOLDER")
    if let server { text = text.replacing(server.address, with: "ADDRESS") }
    let rules: [(Regex<Substring>, String)] = [
      (
        /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/,
        "uuid................................"
      ),
      (/[0-9a-f]{64}/, "sha256.........................................................."),
      (/\b[0-9a-f]{10}\b/, "revision.."),
      (/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/, "YYYY-MM-DDThh:mm:ssZ"),
      (/process [0-9]+/, "process NUMBER"),
      (/[0-9]+ [KMGT]iB of [0-9]+ [KMGT]iB are free/, "SIZE of SIZE are free"),
      (/freeBytes" : [0-9]+/, "freeBytes\" : NUMBER"),
      (/sizeBytes" : [0-9]+/, "sizeBytes\" : NUMBER"),
      (/ipv4:127\.0\.0\.1:[0-9]{5}/, "ipv4:127.0.0.1:PORT."),
      (/\b[0-9A-HJKMNP-TV-Z]{52}\b/, "fingerprint........................................."),
      (/(?:[0-9A-HJKMNP-TV-Z]{4}-){8}[0-9A-HJKMNP-TV-Z]{2}/, "spoken"),
    ]
    for (pattern, replacement) in rules { text.replace(pattern, with: replacement) }
    return text.replacing(/(VIE|NYC|LYO)-[0-9]{4}-/) { "\($0.output.1)-YEAR-" }
  }
}
