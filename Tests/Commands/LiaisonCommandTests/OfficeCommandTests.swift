import Foundation
import TestSupport
import Testing

/// Each command of an office, with what it prints for people and for programs.
@Suite(.offPool) struct OfficeCommandTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test func cloneMakesAReplicaThatIsOnlyItsOwners() throws {
    try shop.withReplicas(of: "VIE") { server in
      let summary = try shop.counts(
        "liaison", "clone", server.address, "second", "--insecure-loopback", "--office", "VIE")
      #expect(summary["received"] == 157 && summary["calls"] == 1)
      let mode = try FileManager.default.attributesOfItem(atPath: shop.path + "/second")
      #expect(mode[.posixPermissions] as? Int == 0o700)
      let again = try shop.run(
        "liaison", "clone", server.address, "VIE", "--insecure-loopback", "--office", "VIE")
      #expect(again.code == 1 && again.isPlainFailure, "\(again)")
    }
  }

  @Test func aCloneThatFailsLeavesNoFolder() throws {
    try shop.makeHeadquarters()
    let addresses = [("127.0.0.1:1", Int32(4)), ("nowhere", 2), ("hq.example:7401", 1)]
    for (address, code) in addresses {
      let clone = try shop.run(
        "liaison", "clone", address, "new", "--insecure-loopback", "--office", "VIE")
      #expect(clone.code == code && clone.isPlainFailure, "\(clone)")
      #expect(clone.errors.contains("; nothing was made\n") == (code == 4), "\(clone)")
      #expect(!FileManager.default.fileExists(atPath: shop.path + "/new"))
    }
  }

  @Test func syncSaysWhatItDidAndMoveTakesANewAddress() throws {
    try shop.withReplicas(of: "VIE") { server in
      _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=40", "-C", "VIE")
      #expect(try shop.output("liaison", "sync", "-C", "VIE") == "received 0, sent 1\n")
      let port = try #require(server.address.split(separator: ":").last)
      let moved = "localhost:\(port)"
      let summary = try shop.counts(
        "liaison", "move", moved, "-C", "VIE")
      #expect(summary["calls"] == 1)
      let status: [String: Any] = try shop.json("liaison", "status", "-C", "VIE")
      #expect(status["address"] as? String == moved)
    }
  }

  @Test func aRefusedEditIsSentAgainIfItIsAskedForOrIfItIsDue() throws {
    try shop.withReplicas(of: "VIE") { server in
      for code in ["AREA-A", "AREA-B"] {
        _ = try shop.output("liaison", "new", "area", "code=\(code)", "name=A", "-C", "VIE")
      }
      _ = try shop.output("liaison", "sync", "-C", "VIE")
      _ = try shop.output(
        "liaison", "clone", server.address, "NYC", "--insecure-loopback", "--office", "NYC")
      _ = try shop.output("liaison", "edit", "AREA-A", "parent=AREA-B", "-C", "VIE")
      _ = try shop.output("liaison", "sync", "-C", "VIE")
      _ = try shop.output("liaison", "edit", "AREA-B", "parent=AREA-A", "-C", "NYC")

      let refused = try shop.run("liaison", "sync", "-C", "NYC")
      #expect(refused.code == 1, "\(refused)")
      #expect(refused.output.hasPrefix("received 1, sent 0, refused 1: see liaison status\n"))
      let quiet = try shop.counts("liaison", "sync", "-C", "NYC")
      #expect(quiet["calls"] == 1 && quiet["refused"] == 1)
      let asked = try shop.counts("liaison", "sync", "--retry", "-C", "NYC")
      #expect(asked["calls"] == 2 && asked["refused"] == 1)

      _ = try shop.output("liaison", "edit", "AREA-A", "parent=", "-C", "VIE")
      _ = try shop.output("liaison", "sync", "-C", "VIE")
      #expect(try shop.output("liaison", "sync", "-C", "NYC").hasPrefix("received 1, sent 1\n"))
    }
  }

  @Test func statusListsWhatWaits() throws {
    try shop.withReplicas(of: "VIE") { _ in
      #expect(try shop.output("liaison", "status", "-C", "VIE").hasSuffix("\nnothing to send\n"))
      _ = try shop.output("liaison", "edit", "FTF", "name=X", "-C", "VIE")
      let text = try shop.output("liaison", "status", "-C", "VIE")
      #expect(text.contains("*  FTF   area  edited  X"), "\(text)")
      let status: [String: Any] = try shop.json("liaison", "status", "-C", "VIE")
      #expect((status["pending"] as? [Any])?.count == 1 && status["records"] as? Int == 157)
    }
  }

  @Test func listFiltersAndSorts() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let bodies: [[String: Any]] = try shop.json(
        "liaison", "list", "body", "--sort", "established", "-C", "VIE")
      let dates = bodies.compactMap { ($0["fields"] as? [String: Any])?["established"] as? String }
      #expect(dates == dates.sorted() && dates.count > 1)
      let one = try shop.output(
        "liaison", "list", "body", "--where", "type=compact", "-C", "VIE")
      #expect(one.split(separator: "\n").count == 2 && one.contains("COMPACT"), "\(one)")
    }
  }

  @Test func showHasEveryFieldThatTheRecordHas() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let text = try shop.output("liaison", "show", "compact", "-C", "VIE")
      #expect(text.hasPrefix("COMPACT  body  synced\n") && text.contains("\nwritten by "))
      let shown: [[String: Any]] = try shop.json("liaison", "show", "COMPACT", "-C", "VIE")
      #expect(shown.first?["code"] as? String == "COMPACT" && shown.count == 1)
    }
  }

  @Test func searchFindsWhatJustCame() throws {
    try shop.withReplicas(of: "VIE") { _ in
      _ = try shop.output(
        "liaison", "new", "area", "code=NEW", "name=Wildlife trafficking", "-C", "VIE")
      #expect(try shop.output("liaison", "search", "wildl", "-C", "VIE").contains("NEW"))
      let found: [[String: Any]] = try shop.json(
        "liaison", "search", "trafficking", "--limit", "1", "-C", "VIE")
      #expect(found.count == 1)
      #expect(try shop.run("liaison", "search", "x", "--limit", "0", "-C", "VIE").code == 2)
    }
  }

  @Test func logIsLatestFirst() throws {
    try shop.withReplicas(of: "VIE") { _ in
      _ = try shop.output("liaison", "edit", "FTF", "name=X", "--note", "why", "-C", "VIE")
      let items: [[String: Any]] = try shop.json("liaison", "log", "FTF", "-C", "VIE")
      #expect(items.map { $0["state"] as? String } == ["edited", "accepted"])
      #expect(try shop.output("liaison", "log", "FTF", "-C", "VIE").contains("  why"))
    }
  }

  @Test func diffIsLineByLine() throws {
    try shop.withReplicas(of: "VIE") { _ in
      _ = try shop.output("liaison", "edit", "ICAT", "mandate+=One more.", "-C", "VIE")
      #expect(try shop.output("liaison", "diff", "-C", "VIE") == "ICAT mandate\n+ One more.\n")
      let items: [[String: Any]] = try shop.json("liaison", "diff", "ICAT", "-C", "VIE")
      #expect(items.first?["field"] as? String == "mandate")
    }
  }

  @Test func newNumbersARecord() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let arguments = ["new", "action", "title=T", "owner=VIE", "status=open", "-C", "VIE"]
      let first = try shop.run("liaison", arguments)
      #expect(first.output.hasSuffix("-0001 action: new\n"), "\(first)")
      let second = try shop.run("liaison", arguments + ["--json"])
      #expect(second.output.contains("-0002\""), "\(second)")
    }
  }

  @Test func editSetsClearsAddsAndTakesOut() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let edit = try shop.output(
        "liaison", "edit", "COMPACT", "areas+=FTF", "areas-=COUNTER-TERRORISM", "un_entities=",
        "-C", "VIE")
      #expect(edit == "COMPACT body: edited\n")
      let shown: [[String: Any]] = try shop.json("liaison", "show", "COMPACT", "-C", "VIE")
      let fields = shown.first?["fields"] as? [String: Any]
      #expect(fields?["areas"] as? [String] == ["FTF"] && fields?["un_entities"] == nil)
    }
  }

  @Test func deleteKeepsWhatOthersReferTo() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let refused = try shop.run("liaison", "delete", "UNODC", "-C", "VIE")
      #expect(refused.code == 1 && refused.isPlainFailure, "\(refused)")
      let deleted = try shop.output("liaison", "delete", "UNODC", "--force", "-C", "VIE")
      #expect(deleted == "UNODC organization: deletion\n")
      _ = try shop.output("liaison", "new", "area", "code=NEW", "name=N", "-C", "VIE")
      #expect(
        try shop.output("liaison", "delete", "NEW", "-C", "VIE")
          == "NEW area: discarded, it was never sent\n")
    }
  }

  @Test func discardTakesAnEditBack() throws {
    try shop.withReplicas(of: "VIE") { _ in
      _ = try shop.output("liaison", "edit", "FTF", "name=X", "-C", "VIE")
      #expect(
        try shop.output("liaison", "discard", "FTF", "-C", "VIE") == "discarded the edit of FTF\n")
      #expect(try shop.output("liaison", "diff", "-C", "VIE").isEmpty)
      _ = try shop.output("liaison", "edit", "FTF", "name=X", "-C", "VIE")
      let discarded: [String: String] = try shop.json("liaison", "discard", "FTF", "-C", "VIE")
      #expect(discarded == ["discarded": "FTF"])
    }
  }

  /// Vienna in conflict with New York about the name of an area.
  private func conflicted(_ body: () throws -> Void) throws {
    try shop.withReplicas(of: "VIE", "NYC") { _ in
      _ = try shop.output("liaison", "edit", "FTF", "name=New York's", "-C", "NYC")
      _ = try shop.output("liaison", "sync", "-C", "NYC")
      _ = try shop.output("liaison", "edit", "FTF", "name=Vienna's", "-C", "VIE")
      let sync = try shop.run("liaison", "sync", "-C", "VIE")
      #expect(sync.code == 3, "\(sync)")
      #expect(sync.output.hasPrefix("received 1, sent 0, conflicts 1: see liaison conflicts\n"))
      try body()
    }
  }

  @Test func conflictsShowsTheSidesAndExitsWithThree() throws {
    try conflicted {
      let text = try shop.run("liaison", "conflicts", "-C", "VIE")
      #expect(text.code == 3 && text.output.contains("ours    Vienna's"), "\(text)")
      let views: [[String: Any]] = try shop.json("liaison", "conflicts", "FTF", "-C", "VIE")
      #expect(views.first?["cause"] as? String == "merge")
      #expect(try shop.run("liaison", "status", "-C", "VIE").code == 3)
      let none = try shop.run("liaison", "conflicts", "NEXUS", "-C", "VIE")
      #expect(none.code == 0 && none.output == "no conflicts\n")
    }
  }

  @Test func resolveTakesASideForAFieldOrForAll() throws {
    try conflicted {
      for arguments in [["--take"], ["--take", "mine"], ["--take", "seat=ours"], []] {
        let result = try shop.run("liaison", ["resolve", "FTF", "-C", "VIE"] + arguments)
        #expect(result.code != 0 && result.isPlainFailure, "\(result)")
      }
      #expect(
        try shop.output("liaison", "resolve", "FTF", "--take=name=ours", "-C", "VIE")
          == "FTF area: resolved\n")
      #expect(try shop.output("liaison", "sync", "-C", "VIE") == "received 0, sent 1\n")
      #expect(try shop.output("liaison", "show", "FTF", "-C", "VIE").contains("Vienna's"))
    }
  }

  @Test func exportPrintsALineForEachRecord() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let all = try shop.output("liaison", "export", "-C", "VIE")
      #expect(all.split(separator: "\n").count == 157)
      let areas = try shop.output("liaison", "export", "area", "-C", "VIE")
      #expect(areas.split(separator: "\n").allSatisfy { $0.contains(#""kind":"area""#) })
    }
  }

  @Test func schemaPrintsWhatTheServerPrints() throws {
    try shop.withReplicas(of: "VIE") { _ in
      let office = try shop.output("liaison", "schema", "--json", "-C", "VIE")
      #expect(try office == shop.output("liaisond", "schema", "show", "-C", "hq"))
      let area: [String: Any] = try shop.json("liaison", "schema", "area", "-C", "VIE")
      #expect(area["name"] as? String == "area")
      let text = try shop.output("liaison", "schema", "area", "-C", "VIE")
      #expect(text.contains("area  name         yes       a text of one line"), "\(text)")
    }
  }

  @Test func verifyPrintsTheRegistersDigest() throws {
    try shop.withReplicas(of: "VIE", "NYC") { _ in
      let vienna = try shop.output("liaison", "verify", "-C", "VIE")
      #expect(try vienna == shop.output("liaison", "verify", "-C", "NYC"))
      #expect(try vienna == shop.output("liaisond", "verify", "-C", "hq"))
      #expect(vienna.hasPrefix("157 records, digest "))
    }
  }
}
