import Foundation
import TestSupport
import Testing

/// Three hosts, of which one has a long, bad line: `Scripts/hosts` plays the story there and ends with another
/// code than 0 where it does not go as told. Network namespaces need root.
@Suite(.offPool) struct HostsTests {
  @Test func theStoryGoesAsToldOnThreeHosts() throws {
    let shop = try Workshop()
    let played = try shop.run(
      "bash", [Workshop.root.appending(path: "Scripts/hosts").path],
      environment: ["LIAISON_BIN": Workshop.binaries.path])
    #expect(played.code == 0, "\(played)")
    print(played.output.split(separator: "## What it took").last ?? "")
  }
}
