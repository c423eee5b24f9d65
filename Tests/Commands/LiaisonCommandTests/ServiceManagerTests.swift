import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import liaisond

/// What a service manager is told, against a real socket.
@Suite(.offPool) struct ServiceManagerTests {
  private func serve(
    _ socket: NotifySocket, _ shop: Workshop, watchdog: Int? = nil
  ) throws -> Workshop.Server {
    try shop.serve(
      environment: ["NOTIFY_SOCKET": socket.name].merging(
        watchdog.map { ["WATCHDOG_USEC": "\($0)"] } ?? [:]
      ) { $1 })
  }

  @Test(arguments: [false, true])
  func aServerTellsFromItsStartToItsEndHowItIs(isAbstract: Bool) throws {
    let shop = try Workshop()
    try #require(shop.run("liaisond", "init", "hq").code == 0)
    let socket = try NotifySocket(
      isAbstract ? "@liaison-\(UUID().uuidString)" : "\(shop.path)/notify")
    let server = try serve(socket, shop)
    #expect(try socket.next() == ["READY=1", "STATUS=listening on \(server.address)"])
    kill(server.process.processIdentifier, SIGHUP)
    let reloading = try socket.next()
    #expect(reloading.first == "RELOADING=1")
    let time = try #require(reloading.first { $0.hasPrefix("MONOTONIC_USEC=") }?.dropFirst(15))
    #expect(try #require(Int64(time)) > 0)
    #expect(try socket.next().first == "READY=1")
    #expect(server.stop() == 0)
    #expect(try socket.next() == ["STOPPING=1", "STATUS=takes no new calls"])
  }

  @Test func aServerThatAnswersIsAliveAgainAndAgain() throws {
    let shop = try Workshop()
    try #require(shop.run("liaisond", "init", "hq").code == 0)
    let socket = try NotifySocket("\(shop.path)/notify")
    let server = try serve(socket, shop, watchdog: 20_000)
    defer { server.kill() }
    for _ in 0..<3 { _ = try socket.all(until: "WATCHDOG=1") }
  }

  /// A stopped process is one that hangs: what counts is that nothing but the server tells of its life.
  @Test func aManagerThatDoesNotListenKeepsNobodyFromBeingServed() throws {
    let shop = try Workshop()
    try #require(shop.run("liaisond", "init", "hq").code == 0)
    let server = try shop.serve(environment: ["NOTIFY_SOCKET": "\(shop.path)/nobody"])
    #expect(server.stop() == 0)
    try server.waitForLog("the service manager cannot be told: No such file or directory")
  }

  @Test(arguments: ["relative", "/", "@", "/" + String(repeating: "x", count: 108), "vsock:2:1"])
  func aNameThatIsNoneOfASocketIsToldInTheLog(name: String) throws {
    let shop = try Workshop()
    try #require(shop.run("liaisond", "init", "hq").code == 0)
    let server = try shop.serve(environment: ["NOTIFY_SOCKET": name])
    #expect(server.stop() == 0)
    try server.waitForLog("NOTIFY_SOCKET is no path or abstract name")
  }

  private struct Broken: Error, CustomStringConvertible { let description = "the disk is\ngone" }

  @Test func whatDoesNotAnswerIsNotAliveUntilItDoesAgain() async throws {
    let shop = try Workshop()
    let socket = try NotifySocket("\(shop.path)/notify")
    let manager = try #require(
      ServiceManager(
        ["NOTIFY_SOCKET": socket.name, "WATCHDOG_USEC": "2000"], log: Logger(label: "test")))
    let calls = Mutex(0)
    await #expect(throws: CancellationError.self) {
      try await manager.keepAlive {
        switch calls.withLock({
          $0 += 1; return $0
        }) {
        case 1: return
        case 2, 3: throw Broken()
        case 4: return
        default: throw CancellationError()
        }
      }
    }
    #expect(
      try (0..<5).map { _ in try socket.next() } == [
        ["WATCHDOG=1"], ["STATUS=does not answer: the disk is gone"],
        ["STATUS=does not answer: the disk is gone"], ["WATCHDOG=1"],
        ["READY=1", "STATUS=answers again"],
      ])
  }

  @Test func onlyTheProcessThatIsWatchedHasAWatchdog() throws {
    func watchdog(_ more: [String: String]) -> Duration? {
      ServiceManager(["NOTIFY_SOCKET": "/x"].merging(more) { $1 }, log: Logger(label: "test"))?
        .watchdog
    }
    #expect(ServiceManager([:], log: Logger(label: "test")) == nil)
    #expect(watchdog([:]) == nil)
    #expect(watchdog(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
    #expect(watchdog(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "\(getpid())"]) == .seconds(30))
    #expect(watchdog(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"]) == nil)
    for none in ["0", "-1", "soon"] { #expect(watchdog(["WATCHDOG_USEC": none]) == nil) }
  }
}
