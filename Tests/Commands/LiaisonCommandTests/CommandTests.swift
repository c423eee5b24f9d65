import Foundation
import TestSupport
import Testing

/// The commands as a person and a script meet them.
@Suite(.offPool) struct CommandTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func cloned<Result>(_ body: (Workshop.Server) throws -> Result) throws -> Result {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let clone = try shop.run(
      "liaison", "clone", server.address, "vienna", "--insecure-loopback", "--office", "VIE")
    try #require(clone.code == 0, "\(clone)")
    return try body(server)
  }

  @Test func everythingButCloneAndSyncWorksWithoutAServer() throws {
    try cloned { server in
      #expect(server.stop() == 0)
      for arguments in [
        ["status"], ["list", "body"], ["show", "COMPACT"], ["search", "trafficking"],
        ["log", "COMPACT"], ["diff"], ["conflicts"], ["export"], ["schema"], ["verify"],
        ["new", "area", "code=DRUGS", "name=Drugs"], ["edit", "DRUGS", "name=Drug trafficking"],
        ["discard", "DRUGS"], ["delete", "BIOMETRICS", "--force"],
      ] {
        let result = try shop.run("liaison", arguments + ["-C", "vienna"])
        #expect(result.code == 0 && result.errors.isEmpty, "\(arguments): \(result)")
        #expect(!result.output.contains("\u{1B}"), "colour in a pipe")
      }
      #expect(try shop.run("liaison", "sync", "-C", "vienna").code == 4)
    }
  }

  @Test func everyCommandHasHelpAndPrintsJSON() throws {
    try cloned { _ in
      let json = [
        ["status"], ["list", "goal"], ["show", "SDG-16"], ["search", "goal"], ["log", "UN"],
        ["diff"], ["conflicts"], ["schema"], ["sync"], ["verify"],
        ["new", "area", "code=DRUGS", "name=Drugs"], ["edit", "DRUGS", "name=D"],
        ["discard", "DRUGS"],
      ]
      for arguments in json {
        let result = try shop.run("liaison", arguments + ["--json", "-C", "vienna"])
        #expect(result.code == 0, "\(arguments): \(result)")
        _ = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        let help = try shop.run("liaison", arguments[0], "--help")
        #expect(help.code == 0 && help.errors.isEmpty)
      }
    }
  }

  @Test func badInputIsOneLineOneAdviceAndTheDocumentedCode() throws {
    try cloned { _ in
      let cases: [([String], Int32)] = [
        (["list", "planet"], 2), (["show", "NOWHERE"], 1), (["show", "no code"], 2),
        (["edit", "COMPACT", "colour=red"], 2), (["edit", "COMPACT", "un_entities=many"], 2),
        (["edit", "COMPACT", "un_entities=-1"], 1),
        (["edit", "COMPACT", "established=2007-02-30"], 2),
        (["edit", "COMPACT", "convener=NOBODY"], 2), (["edit", "COMPACT", "type=club"], 2),
        (["edit", "COMPACT", "name="], 1), (["edit", "COMPACT", "nonsense"], 2),
        (["edit", "COMPACT", "name=" + String(repeating: "x", count: 1001)], 1),
        (["edit", "COMPACT", "name=a\nb"], 1), (["edit", "COMPACT", "un_entities+=1"], 2),
        (["new", "area", "name=No code"], 2), (["new", "area", "code=FTF", "name=Taken"], 1),
        (["new", "area", "code=low", "name=x"], 2), (["resolve", "COMPACT"], 1),
        (["resolve", "COMPACT", "--take", "mine"], 2), (["discard", "COMPACT"], 1),
        (["nonsense"], 2), (["list"], 2), (["list", "body", "--where", "x"], 2),
        (["edit", "AREA-LESS", "parent=FTF"], 1), (["move", "nowhere"], 2),
        (["move", "hq.example:7401"], 1), (["search", "-health"], 2),
        (["edit", "COMPACT", "un_entities=1", "--note", "- x"], 2),
      ]
      for (arguments, code) in cases {
        let result = try shop.run("liaison", arguments + ["-C", "vienna"])
        #expect(result.code == code && result.isPlainFailure, "\(arguments): \(result)")
      }
      #expect(try shop.run("liaison", "status", "-C", "vienna").output.contains("nothing to send"))
    }
  }

  @Test func aPortAndAFolderAreTakenOnlyOnce() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let again = try shop.run(
      "liaisond", "serve", "hq", "--insecure-loopback", "--listen", "127.0.0.1:0")
    #expect(again.isPlainFailure && again.errors.contains("liaisond serve, process"), "\(again)")
    _ = try shop.run("liaisond", "init", "other")
    let port = try shop.run(
      "liaisond", "serve", "other", "--insecure-loopback", "--listen", server.address)
    #expect(port.isPlainFailure && port.code == 1, "\(port)")
  }

  @Test func editsOfOneRecordAtOnceAllSucceed() throws {
    try cloned { _ in
      let all = try shop.run(
        "sh", "-c",
        """
        for n in $(seq 20); do
          liaison new area code=AREA-$n name=A -C vienna >/dev/null || echo failed
        done
        for n in $(seq 20); do
          liaison edit COMPACT areas+=AREA-$n -C vienna >/dev/null || echo failed &
        done
        wait
        """)
      #expect(all.output.isEmpty && all.errors.isEmpty, "\(all)")
      let diff = try shop.run("liaison", "diff", "COMPACT", "-C", "vienna").output
      #expect(diff.split(separator: "\n").filter { $0.hasPrefix("+ ") }.count == 20, "\(diff)")
    }
  }

  @Test func codesAreHandedOnInARowButNotExchanged() throws {
    try cloned { _ in
      func edit(_ code: String, _ change: String) throws -> Workshop.Result {
        try shop.run("liaison", "edit", code, change, "-C", "vienna")
      }
      // In the outbox the record that waits for the others comes first.
      for code in ["FTF", "NEXUS", "BIOMETRICS"] {
        #expect(try edit(code, "description=edited").code == 0)
      }
      #expect(try edit("BIOMETRICS", "code=THIRD").code == 0)
      #expect(try edit("NEXUS", "code=BIOMETRICS").code == 0)
      #expect(try edit("FTF", "code=NEXUS").code == 0)
      let exchange = try edit("THIRD", "code=FTF")
      #expect(exchange.code == 1 && exchange.isPlainFailure, "\(exchange)")
      #expect(exchange.errors.contains("exchange codes"), "\(exchange)")
      let sync = try shop.run("liaison", "sync", "-C", "vienna")
      #expect(sync.output == "received 0, sent 3\n", "\(sync)")
    }
  }

  @Test func aServerThatIsStoppedInTheMiddleOfAPullLetsItEnd() throws {
    try shop.run("liaisond", "init", "hq")
    try shop.run("liaisond", "office", "add", "VIE", "--name", "Vienna", "-C", "hq")
    let lines = (0..<20_000).map {
      #"{"kind": "area", "code": "AREA-\#($0)", "fields": {"name": "Area"}}"#
    }
    let file = try shop.scratch.file("many.jsonl", Data(lines.joined(separator: "\n").utf8))
    try #require(shop.run("liaisond", "import", file, "-C", "hq").code == 0)
    // Tried again where the clone was faster than the look at it.
    var wasInTheMiddle = false
    for attempt in 0..<10 where !wasInTheMiddle {
      let server = try shop.serve()
      let folder = "vienna\(attempt)"
      let clone = shop.process(
        "liaison", ["clone", server.address, folder, "--insecure-loopback", "--office", "VIE"])
      clone.standardOutput = FileHandle.nullDevice
      try clone.run()
      while clone.isRunning, !wasInTheMiddle {
        wasInTheMiddle = try shop.run("liaison", "status", "-C", folder).output
          .contains("incomplete")
      }
      #expect(server.stop() == 0)
      clone.waitUntilExit()
      let status = try shop.run("liaison", "status", "-C", folder).output
      #expect(clone.terminationStatus == 0 && status.contains(" 20000 records"), "\(status)")
    }
    #expect(wasInTheMiddle, "no clone was stopped in its middle")
  }

  @Test func aCodeThatIsGivenUpAndTakenInOneSyncIsNoConflict() throws {
    try cloned { server in
      for arguments in [
        ["edit", "FTF", "code=FTF-OLD"], ["new", "area", "code=FTF", "name=New"],
        ["delete", "GPG-7"],
        ["new", "goal", "code=GPG-7", "name=Anew", "framework=gpg", "number=7"],
        ["edit", "COMPACT", "areas=FTF"],
      ] {
        let result = try shop.run("liaison", arguments + ["-C", "vienna"])
        #expect(result.code == 0, "\(arguments): \(result)")
      }
      let sync = try shop.run("liaison", "sync", "-C", "vienna")
      #expect(sync.output == "received 0, sent 5\n", "\(sync)")
      let show = try shop.run("liaison", "show", "FTF", "-C", "vienna").output
      #expect(show.contains("New"), "\(show)")
      let areas = try shop.run("liaison", "show", "COMPACT", "-C", "vienna").output
      #expect(areas.contains(" FTF\n"), "\(areas)")
    }
  }

  @Test func anArgumentThatIsNoUTF8IsRefused() throws {
    let result = try shop.run("bash", "-c", #"exec liaison show $'\xff'"#)
    #expect(result.code == 2 && result.isPlainFailure, "\(result)")
  }

  @Test func outputThatCannotBeWrittenIsAFailure() throws {
    try cloned { _ in
      for command in ["export", "status", "list goal", "export --help"] {
        let result = try shop.run("sh", "-c", "liaison \(command) -C vienna > /dev/full")
        #expect(result.code == 1 && result.isPlainFailure, "\(command): \(result)")
      }
    }
  }

  @Test func whatIsExportedIsWhatWasImported() throws {
    let exported = try cloned { _ in try shop.run("liaison", "export", "-C", "vienna").output }
    try shop.run("liaisond", "init", "copy")
    let file = shop.path + "/export.jsonl"
    try Data(exported.utf8).write(to: URL(filePath: file))
    let result = try shop.run("liaisond", "import", file, "-C", "copy")
    #expect(result.output == "imported 157 records\n", "\(result)")
  }

  @Test func aSyncAtATimeAndEditsMeanwhile() throws {
    try cloned { server in
      let watch = shop.process("liaison", ["sync", "--watch", "-C", "vienna"])
      let lines = try ProcessLines(of: watch)
      defer {
        kill(watch.processIdentifier, SIGKILL)
        watch.waitUntilExit()
      }
      #expect(lines.next() == "in step: 0 received, 0 sent")
      let second = try shop.run("liaison", "sync", "-C", "vienna")
      #expect(second.isPlainFailure && second.errors.contains("sync --watch"), "\(second)")
      let edit = try shop.run("liaison", "edit", "COMPACT", "un_entities=40", "-C", "vienna")
      #expect(edit.code == 0, "\(edit)")
      // The follow may bring the own edit before the push beside it has told.
      let told = [lines.next(), lines.next()]
      #expect(told.contains("in step: 0 received, 1 sent") && told.contains("received 1"))
    }
  }
}
