import Foundation
import TestSupport
import Testing

/// Clocks that are moved while a server and its offices are at work.
@Suite(.offPool) struct ClockTests {
  private static let day = 86_400
  private let shop: Workshop
  private let library: String

  init() throws {
    shop = try Workshop()
    library = shop.path + "/set_clock.so"
    let source = Workshop.root.appending(path: "Tests/Commands/set_clock.c").path
    let built = try shop.run("cc", "-shared", "-fPIC", "-o", library, source)
    try #require(built.code == 0, "\(built)")
    try shop.makeHeadquarters()
  }

  /// What a process runs with whose clock is that of a file.
  private func clock(_ name: String) -> [String: String] {
    ["LD_PRELOAD": library, "LIAISON_CLOCK": "\(shop.path)/\(name)"]
  }

  private func move(_ name: String, days: Int) throws {
    // Read whole or not at all.
    try Data("\(days * Self.day)".utf8).write(
      to: URL(filePath: "\(shop.path)/\(name)"), options: .atomic)
  }

  private func clone(_ folder: String) throws {
    let line = try shop.output("sh", "-c", "liaisond office invite VIE -C hq 2>/dev/null")
    let clone = try shop.run("liaison", "clone", line, folder)
    try #require(clone.code == 0, "\(clone)")
  }

  @Test func aWatchOutlivesItsCertificate() throws {
    let time = clock("time")
    let server = try shop.serve(isSecure: true, environment: time)
    defer { server.kill() }
    try clone("vienna")
    try clone("other")
    let watch = shop.process(
      "liaison", ["sync", "--watch", "-C", "vienna"], time)
    watch.standardError = FileHandle.nullDevice
    let lines = try ProcessLines(of: watch)
    defer { kill(watch.processIdentifier, SIGKILL) }
    #expect(lines.next()?.hasPrefix("in step: ") == true)
    let before = try shop.output("liaison", "identity", "-C", "vienna")
    try move("time", days: 100)
    // The server makes itself a certificate of the new time.
    kill(server.process.processIdentifier, SIGHUP)
    try server.waitForLog("is renewed")
    let edited = try shop.run(
      "sh", ["-c", "liaison -C other new area code=LATE name=Late; liaison -C other sync"],
      environment: time)
    #expect(edited.code == 0, "\(edited)")
    #expect(lines.next()?.hasPrefix("offline: this replica's certificate has ended") == true)
    // A busy machine may have more than one try fail.
    var after = lines.next()
    while after?.hasPrefix("offline: ") == true { after = lines.next() }
    // One that failed may have brought it already.
    #expect(after?.hasPrefix("in step: ") == true, "\(after ?? "it has ended")")
    _ = try shop.output("liaison", "show", "LATE", "-C", "vienna")
    #expect(try shop.output("liaison", "identity", "-C", "vienna") != before)
  }

  /// By years, on either side: said as such, nothing told, and well again when the clock is.
  @Test(arguments: [-3650, 3650])
  func anOfficeWhoseClockIsOffSaysSo(days: Int) throws {
    let server = try shop.serve(isSecure: true)
    defer { server.kill() }
    try clone("vienna")
    try move("office", days: days)
    _ = try shop.output("liaison", "edit", "COMPACT", "un_entities=40", "-C", "vienna")
    let sync = try shop.run("liaison", ["sync", "-C", "vienna"], environment: clock("office"))
    #expect(sync.code == 5 && sync.isPlainFailure, "\(sync)")
    #expect(
      sync.errors.contains("by the clock of this machine the server's certificate"), "\(sync)")
    #expect(sync.errors.contains("Try: set the clock if it is wrong"), "\(sync)")
    #expect(try shop.output("liaison", "sync", "-C", "vienna") == "received 0, sent 1\n")
  }

  @Test(arguments: [-3650, 3650])
  func aServerWhoseClockIsOffIsNotBelieved(days: Int) throws {
    try move("server", days: days)
    let server = try shop.serve(isSecure: true, environment: clock("server"))
    defer { server.kill() }
    let line = try shop.output("sh", "-c", "liaisond office invite VIE -C hq 2>/dev/null")
    let clone = try shop.run("liaison", "clone", line, "vienna")
    #expect(clone.code == 5 && clone.isPlainFailure, "\(clone)")
    #expect(
      clone.errors.contains("by the clock of this machine the server's certificate"), "\(clone)")
    #expect(server.stop() == 0)
    let right = try shop.serve(listen: server.address, isSecure: true)
    defer { right.kill() }
    let again = try shop.run("liaison", "clone", line, "vienna")
    #expect(again.code == 0, "\(again)")
  }
}
