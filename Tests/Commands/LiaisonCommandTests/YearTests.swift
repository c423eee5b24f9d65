import Foundation
import TestSupport
import Testing

/// Which year the code of a numbered record names.
@Suite(.offPool) struct YearTests {
  @Test func aNumberIsOfTheYearWhereTheOfficeIs() throws {
    let shop = try Workshop()
    let clock = shop.path + "/set_clock.so"
    let source = Workshop.root.appending(path: "Tests/Commands/set_clock.c").path
    let built = try shop.run("cc", "-shared", "-fPIC", "-o", clock, source)
    try #require(built.code == 0, "\(built)")
    try shop.withReplicas(of: "VIE") { _ in
      // 2027-01-01T01:30:00Z.
      for (zone, year) in [("America/New_York", 2026), ("Europe/Vienna", 2027)] {
        let new = try shop.run(
          "liaison", ["new", "action", "title=T", "owner=VIE", "status=open", "-C", "VIE"],
          environment: ["TZ": zone, "LIAISON_CLOCK": "1798767000", "LD_PRELOAD": clock])
        #expect(new.output == "VIE-\(year)-0001 action: new\n", "\(zone): \(new)")
      }
    }
  }
}
