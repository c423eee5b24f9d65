import Foundation
import TestSupport
import Testing

/// Small runs of `Scripts/cluster`, which ends with another code than 0 where a server breaks what it promises.
/// One after the other: each keeps a machine busy.
@Suite(.serialized, .offPool) struct ClusterTests {
  @Test func aServerThatIsKilledBehindAProxyLosesNothing() throws {
    try run("--store", "sqlite")
  }

  @Test func aPrimaryThatDiesLosesNothingItsStandbyHas() throws {
    try run("--standby", "synchronous", "--servers", "1")
  }

  @Test func officesHandBackWhatAStandbyLacked() throws {
    try run("--standby", "asynchronous", "--servers", "1")
  }

  private func run(_ arguments: String...) throws {
    let shop = try Workshop()
    let small = ["--offices", "5", "--followers", "20", "--seconds", "20"]
    let done = try shop.run(
      "bash", [Workshop.root.appending(path: "Scripts/cluster").path] + arguments + small,
      environment: ["LIAISON_BIN": Workshop.binaries.path])
    #expect(done.code == 0, "\(done)")
    print(done.output)
  }
}
