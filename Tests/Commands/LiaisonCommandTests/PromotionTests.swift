import Foundation
import TestSupport
import Testing

/// A server that goes on while the standby that it reads becomes a primary.
@Suite(.offPool) struct PromotionTests {
  private let shop: Workshop
  private let primary: PostgresServer
  private let standby: PostgresServer

  init() throws {
    shop = try Workshop()
    primary = try PostgresServer()
    _ = try shop.output("liaisond", "init", "--store", primary.place(namespace: "hq"))
    standby = try PostgresServer(standbyOf: primary)
  }

  @Test func whatItSawIsNotedOnceItMayWrite() throws {
    let store = primary.place(namespace: "hq")
    _ = try shop.output("liaisond", "office", "add", "VIE", "--name", "Vienna", "--store", store)
    let first = try shop.serve("--store=\(store)", isSecure: true)
    let clone = try shop.run(
      "sh", "-c", "liaison clone \"$(liaisond office invite VIE --store \"$0\")\" VIE", store)
    try #require(clone.code == 0, "\(clone)")
    #expect(first.stop() == 0)
    let seen = try primary.sql("SELECT max(called) FROM hq.sighting")
    try wait(for: seen, "SELECT max(called) FROM hq.sighting")

    let place = standby.place(namespace: "hq") + "&target_session_attrs=any"
    let second = try shop.serve("--store=\(place)", listen: first.address, isSecure: true)
    defer { second.kill() }
    _ = try shop.output("liaison", "sync", "-C", "VIE")
    try primary.stop(.immediate)
    try standby.promote()
    try wait(for: "t", "SELECT max(called) > \(seen) FROM hq.sighting")
    _ = try shop.output("liaison", "new", "area", "code=CT", "name=Terrorism", "-C", "VIE")
    _ = try shop.output("liaison", "sync", "-C", "VIE")
    #expect(second.stop() == 0)
  }

  /// Asks the standby.
  private func wait(for answer: String, _ query: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try standby.sql(query) != answer {
      guard ContinuousClock.now < deadline else {
        throw Workshop.Unready(text: "the standby does not answer \(answer): \(query)")
      }
    }
  }
}
