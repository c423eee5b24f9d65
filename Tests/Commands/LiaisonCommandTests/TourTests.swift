import Foundation
import TestSupport
import Testing

/// The README's tour, as it is printed there.
@Suite(.offPool) struct TourTests {
  @Test func everyCommandOfTheTourDoesWhatItSays() throws {
    let shop = try Workshop()
    let readme = try String(
      contentsOf: Workshop.root.appending(path: "README.md"), encoding: .utf8)
    let commands = readme.split(separator: "\n").filter { $0.hasPrefix("$ ") }
      .map { String($0.dropFirst(2)) }
    try #require(commands.count > 20)
    var server: Workshop.Server?
    defer { server?.kill() }
    for command in commands {
      if command.hasPrefix("liaisond serve") {
        server = try shop.serve(isSecure: true)
        continue
      }
      let here = command.replacing("Scripts/data", with: Workshop.root.path + "/Scripts/data")
        .replacing("127.0.0.1:7401", with: server?.address ?? "")
      let expected: Int32 = command.contains("# exits with 3") ? 3 : 0
      let result = try shop.run("sh", "-c", here)
      #expect(result.code == expected, "\(command): \(result)")
    }
    let digests = try ["liaison -C vienna", "liaison -C newyork", "liaisond -C hq"].map { copy in
      try shop.run("sh", "-c", copy + " verify").output
    }
    #expect(Set(digests).count == 1, "\(digests)")
  }
}
