import Foundation
import TestSupport
import Testing

@testable import liaison

/// What is said where more was found than is printed.
@Suite(.offPool) struct CutLineTests {
  @Test func atTheHighestLimitOtherWordsAreAdvised() {
    #expect(CutLine(limit: 50, most: 10_000).text == "50 of more: --limit for more of them")
    #expect(CutLine(limit: 9999, most: 10_000).text.hasSuffix("--limit for more of them"))
    #expect(
      CutLine(limit: 10_000, most: 10_000).text == "10000 of more: other words for fewer of them")
  }

  @Test func aListOrSearchThatIsCutSaysSoBesideJSONToo() throws {
    let shop = try Workshop()
    try shop.withReplicas(of: "VIE") { _ in
      for command in [["search", "m"], ["list", "body"], ["list", "goal", "--sort", "number"]] {
        let limit = command == ["list", "body"] ? 2 : 3
        let line = "\(limit) of more: --limit for more of them\n"
        let cut = command + ["--limit", "\(limit)", "-C", "VIE"]
        let text = try shop.run("liaison", cut)
        #expect(text.code == 0 && text.errors.isEmpty, "\(text)")
        #expect(text.output.hasSuffix("\n" + line), "\(text)")
        let json = try shop.run("liaison", cut + ["--json"])
        #expect(json.code == 0 && json.errors == line, "\(json)")
        let found = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [Any]
        #expect(found?.count == limit, "\(json)")
      }
      let search = try shop.output("liaison", "search", "m", "-C", "VIE")
      #expect(search.hasSuffix("\n50 of more: --limit for more of them\n"), "\(search)")
    }
  }

  @Test func whatIsNotCutSaysNothing() throws {
    let shop = try Workshop()
    try shop.withReplicas(of: "VIE") { _ in
      // There are three bodies.
      for command in [["list", "body"], ["list", "body", "--limit", "3"], ["search", "icat"]] {
        for json in [[], ["--json"]] {
          let whole = try shop.run("liaison", command + json + ["-C", "VIE"])
          #expect(whole.code == 0 && whole.errors.isEmpty, "\(whole)")
          #expect(!whole.output.contains("of more"), "\(whole)")
        }
      }
    }
  }
}
