import Foundation
import TestSupport
import Testing

/// Other people's tools on our wire and our bytes.
@Suite(.offPool) struct InteropTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func python(_ address: String, _ arguments: String...) throws -> Workshop.Result {
    try shop.run("env", client(address, arguments))
  }

  private func client(_ address: String, _ arguments: [String]) throws -> [String] {
    try Python.command("client.py", [address] + arguments)
  }

  @Test func aCallThatNeverEndsDoesNotKeepAServerFromStopping() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    let holder = shop.process("env", try client(server.address, ["hold"]))
    let pipe = Pipe()
    holder.standardOutput = pipe
    try holder.run()
    let said = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
    #expect(said.hasPrefix("waiting"), "\(said)")
    #expect(server.stop() == 0)
    holder.terminate()
    holder.waitUntilExit()
  }

  @Test func aPythonClientListsAndPushes() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let list = try python(server.address, "list")
    #expect(list.code == 0, "\(list)")
    #expect(list.output.split(separator: "\n").count == 157)
    #expect(list.output.contains("\"COMPACT\""))

    let push = try python(server.address, "push", "PYTHON", "Written in Python")
    let verdicts = push.output.split(separator: "\n")
    #expect(verdicts.first?.contains("\"committed\"") == true, "\(push)")
    #expect(verdicts.last?.contains("\"already_committed\"") == true, "\(push)")
    try shop.run(
      "liaison", "clone", server.address, "vienna", "--insecure-loopback", "--office", "VIE")
    let show = try shop.run("liaison", "show", "PYTHON", "-C", "vienna")
    #expect(show.output.contains("Written in Python"), "\(show)")

    let taken = try python(server.address, "push", "PYTHON", "Again")
    #expect(taken.output.contains("\"refused\""), "\(taken)")
    for bytes in ["", "ff", "0a10", String(repeating: "0a", count: 300)] {
      let raw = try python(server.address, "push-raw", bytes)
      #expect(raw.output.contains("\"refused\""), "\(bytes): \(raw)")
    }
  }

  @Test func everyErrorOfACallHasItsStatusAndItsName() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let errors = try python(server.address, "errors")
    #expect(
      errors.output == """
        no-office UNAUTHENTICATED unknown-office
        unknown-office UNAUTHENTICATED unknown-office
        protocol UNIMPLEMENTED other-protocol
        register FAILED_PRECONDITION other-register
        prefix FAILED_PRECONDITION other-history
        past-the-head FAILED_PRECONDITION other-history
        negative INVALID_ARGUMENT
        garbage INVALID_ARGUMENT
        truncated INVALID_ARGUMENT
        too-many RESOURCE_EXHAUSTED too-large
        too-long CANCELLED
        hostile-count INVALID_ARGUMENT
        at-the-head OK
        calls RESOURCE_EXHAUSTED too-many-calls

        """, "\(errors)")
  }

  @Test func theStandardsOwnHealthClientIsAnswered() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let health = try shop.run(
      "env", try Python.command("standard.py", [server.address, "health"]))
    #expect(
      health.output == """
        check all SERVING
        check liaison.sync.v1.Sync SERVING
        check no.such.Service NOT_FOUND
        check xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx RESOURCE_EXHAUSTED
        watch all SERVING
        watch no.such.Service SERVICE_UNKNOWN
        list 1 34
        garbage INVALID_ARGUMENT

        """, "\(health)")
  }

  @Test func aClientLearnsAllOfTheServiceByReflection() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    defer { server.kill() }
    let services = """
      liaison.sync.v1.Sync
      liaison.sync.v1.Enrol
      grpc.health.v1.Health
      grpc.reflection.v1.ServerReflection
      grpc.reflection.v1alpha.ServerReflection

      """
    let reflection = try shop.run(
      "env", try Python.command("standard.py", [server.address, "reflect"]))
    #expect(
      reflection.output == services + services + """
        error 5\u{20}
        error 5\u{20}
        error 5\u{20}
        error 3\u{20}
        error 5 h
        liaison.sync.v1.Edit
        3 files
        grpc.health.v1.Health/Check
        grpc.health.v1.Health/List
        grpc.health.v1.Health/Watch
        grpc.reflection.v1.ServerReflection/ServerReflectionInfo
        grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo
        liaison.sync.v1.Enrol/Enrol
        liaison.sync.v1.Enrol/Renew
        liaison.sync.v1.Sync/Pull
        liaison.sync.v1.Sync/Push
        liaison.sync.v1.Sync/History
        status: SERVING


        """, "\(reflection)")
  }

  @Test func whoWatchesAServersHealthIsToldThatItStops() throws {
    try shop.makeHeadquarters()
    let server = try shop.serve()
    let watch = shop.process(
      "env", try Python.command("standard.py", [server.address, "watch"]))
    let lines = try ProcessLines(of: watch)
    var told = lines.next()
    // It may have asked before the store had answered once.
    if told == "NOT_SERVING" { told = lines.next() }
    #expect(told == "SERVING")
    #expect(server.stop() == 0)
    #expect(lines.next() == "NOT_SERVING")
    #expect(lines.next() == "OK")
    watch.waitUntilExit()
  }

  @Test func protocReadsAStoredRevision() throws {
    try shop.makeHeadquarters()
    let sql = """
      SELECT writefile('revision.bin', change.bytes) FROM change
      JOIN record ON record.head = change.position WHERE code = 'COMPACT'
      """
    try #require(try shop.run("sqlite3", "hq/server.sqlite", sql).code == 0, "apt install sqlite3")
    let root = Workshop.root.appending(path: "proto").path
    let decoded = try shop.run(
      "sh", "-c",
      "protoc -I '\(root)' -I /usr/include --decode=liaison.sync.v1.Revision "
        + "liaison/sync/v1/register.proto < revision.bin")
    #expect(decoded.code == 0, "\(decoded)")
    #expect(decoded.output.contains("code: \"COMPACT\""))
    #expect(decoded.output.contains("integer: 39"))
  }
}
