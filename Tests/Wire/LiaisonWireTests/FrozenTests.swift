import Foundation
import LiaisonModel
import LiaisonSync
import LiaisonWire
import TestSupport
import Testing

/// What a client of protocol 1 sends and understands, as bytes that never change: each later version is
/// held to them. `LIAISON_REWRITE=1` writes the file only where there is none.
struct FrozenTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appending(path: "Frozen/protocol-1.txt")

  /// Its messages by their names.
  private static func messages() throws -> [(name: String, bytes: [UInt8])] {
    let history = HistoryRequest(
      register: Sample.register, record: RecordID(Sample.id(8)), cursor: Sample.cursor)
    let follow = PullRequest(
      versions: 1...1, register: Sample.register, cursor: Sample.cursor,
      schema: SchemaMark(Array(1...8)), follow: true, edits: [EditID(Sample.id(6))],
      older: [.test(0), .test(4)])
    let clone = PullRequest(
      versions: 1...1, register: nil, cursor: nil, schema: nil, follow: false)
    return try [
      ("clone", clone.wireBytes()), ("follow", follow.wireBytes()),
      ("reporting", Sample.reporting.wireBytes()),
      ("header", PullResponse.header(Sample.header(Sample.schema())).wireBytes()),
      ("batch", PullResponse.batch(Sample.batch).wireBytes()), ("push", Sample.push.wireBytes()),
      ("verdicts", Sample.verdicts().wireBytes()), ("history", history.wireBytes()),
      ("revisions", HistoryResponse(revisions: Sample.batch.changes).wireBytes()),
      ("revision", RevisionCodec().encode(Sample.revision()).bytes),
      ("schema", SchemaCodec().encode(Sample.schema()).bytes),
    ]
  }

  private static func frozen() throws -> [String: [UInt8]] {
    var frozen: [String: [UInt8]] = [:]
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: " ")
      let digits = Array(parts[1].utf8)
      frozen[String(parts[0])] = stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      }
    }
    return frozen
  }

  @Test func whatThatClientSendsIsReadAndWhatItUnderstandsIsSent() throws {
    if ProcessInfo.processInfo.environment["LIAISON_REWRITE"] == "1",
      !FileManager.default.fileExists(atPath: Self.file.path)
    {
      let lines = try Self.messages().map { name, bytes in
        "\(name) " + bytes.map { String(format: "%02x", $0) }.joined() + "\n"
      }
      try Data(lines.joined().utf8).write(to: Self.file)
    }
    let frozen = try Self.frozen()
    for (name, bytes) in try Self.messages() {
      #expect(frozen[name] == bytes, "\(name) is not what it was")
    }
    #expect(frozen.count == 11)
    let bytes = { (name: String) throws -> [UInt8] in try #require(frozen[name]) }
    #expect(try PullRequest(wire: bytes("clone")).versions == 1...1)
    #expect(try PullRequest(wire: bytes("follow")).wireBytes() == bytes("follow"))
    #expect(try PullRequest(wire: bytes("reporting")) == Sample.reporting)
    for name in ["header", "batch"] {
      #expect(try PullResponse(wire: bytes(name)).wireBytes() == bytes(name))
    }
    #expect(try PushRequest(wire: bytes("push")) == Sample.push)
    #expect(try PushResponse(wire: bytes("verdicts")) == Sample.verdicts())
    #expect(try HistoryRequest(wire: bytes("history")).record == RecordID(Sample.id(8)))
    #expect(try HistoryResponse(wire: bytes("revisions")).revisions == Sample.batch.changes)
    #expect(try RevisionCodec().decode(bytes("revision")) == Sample.revision())
    #expect(try SchemaCodec().file(schema: bytes("schema")).schema == Sample.schema())
  }

  /// What a later version adds behind what is there makes nothing of it unreadable.
  @Test func whatALaterVersionAddsToAMessageIsPassedOver() throws {
    let frozen = try Self.frozen()
    let more: [UInt8] = [0xA2, 0x06, 3, 1, 2, 3]  // Field 100.
    for name in [
      "clone", "follow", "reporting", "header", "batch", "push", "verdicts", "history", "revisions",
    ] {
      let bytes = try #require(frozen[name]) + more
      switch name {
      case "clone", "follow", "reporting":
        #expect(try PullRequest(wire: bytes).wireBytes() == frozen[name])
      case "header", "batch": #expect(try PullResponse(wire: bytes).wireBytes() == frozen[name])
      case "push": #expect(try PushRequest(wire: bytes).wireBytes() == frozen[name])
      case "verdicts": #expect(try PushResponse(wire: bytes).wireBytes() == frozen[name])
      case "history": #expect(try HistoryRequest(wire: bytes).wireBytes() == frozen[name])
      case _: #expect(try HistoryResponse(wire: bytes).wireBytes() == frozen[name])
      }
    }
    let schema = try #require(frozen["schema"])
    #expect(try SchemaCodec().file(schema: schema + more).schema == Sample.schema())
  }
}
