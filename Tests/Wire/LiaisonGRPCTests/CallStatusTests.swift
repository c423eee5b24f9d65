import Foundation
import GRPCCore
import LiaisonSync
import Testing

@testable import LiaisonGRPC

/// The one table of errors and statuses, against the article and in both directions.
struct CallStatusTests {
  private static let codes: [(RPCError.Code, String)] = [
    (.cancelled, "CANCELLED"), (.unknown, "UNKNOWN"), (.invalidArgument, "INVALID_ARGUMENT"),
    (.deadlineExceeded, "DEADLINE_EXCEEDED"), (.notFound, "NOT_FOUND"),
    (.alreadyExists, "ALREADY_EXISTS"), (.permissionDenied, "PERMISSION_DENIED"),
    (.resourceExhausted, "RESOURCE_EXHAUSTED"), (.failedPrecondition, "FAILED_PRECONDITION"),
    (.aborted, "ABORTED"), (.outOfRange, "OUT_OF_RANGE"), (.unimplemented, "UNIMPLEMENTED"),
    (.internalError, "INTERNAL"), (.unavailable, "UNAVAILABLE"), (.dataLoss, "DATA_LOSS"),
    (.unauthenticated, "UNAUTHENTICATED"),
  ]

  /// The cells of the article's table of errors, without its head.
  private func article() throws -> [[String]] {
    let root = (0..<4).reduce(URL(filePath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }
    let path = "Modules/Core/LiaisonSync/LiaisonSync.docc/Protocol.md"
    let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
    return text.split(separator: "\n").drop { !$0.hasPrefix("| what fails |") }.dropFirst(2)
      .prefix { $0.hasPrefix("|") }
      .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
  }

  @Test func theArticleHasTheSameTable() throws {
    let said = try article()
    #expect(said.count == CallStatus.table.count + 1)
    // What the transport itself cuts off is no error of ours.
    let ours = said.filter { !$0[1].contains("the stream is reset") }
    let table = CallStatus.table.map { row in
      let code = CallStatusTests.codes.first { $0.0 == row.code }?.1 ?? "?"
      return ["`\(code)`", row.name.map { "`\($0)`" } ?? "–"]
    }
    #expect(ours.map { Array($0.dropFirst()) } == table)
  }

  @Test func everyRowComesBackAsWhatItWas() {
    for row in CallStatus.table {
      let sent = RPCError(row.error)
      let status = RPCError(code: sent.code, message: sent.message, metadata: sent.metadata)
      #expect(sent.code == row.code)
      let pushback = Array(sent.metadata[stringValues: "grpc-retry-pushback-ms"])
      #expect(pushback == (row.code == .unavailable ? ["1000"] : []))
      #expect(CallError(transport: status) == row.error)
    }
    #expect(Set(CallStatus.table.map(\.error)).count == CallStatus.table.count)
  }

  @Test func aNameOutweighsItsStatus() {
    let metadata: Metadata = ["liaison-error": "other-history"]
    let error = RPCError(code: .unavailable, message: "", metadata: metadata)
    #expect(CallError(transport: error) == .otherHistory)
    let unknown = RPCError(code: .unavailable, message: "", metadata: ["liaison-error": "new"])
    #expect(CallError(transport: unknown) == .unreachable(.noAnswer))
  }

  @Test func everyStatusWithoutANameIsSomeErrorOfACall() {
    let expected: [String: CallError] = [
      "CANCELLED": .unreachable(.noAnswer), "DEADLINE_EXCEEDED": .unreachable(.noAnswer),
      "UNAVAILABLE": .unreachable(.noAnswer), "INVALID_ARGUMENT": .malformed,
      "RESOURCE_EXHAUSTED": .tooLarge, "UNIMPLEMENTED": .otherProtocol,
    ]
    for (code, name) in CallStatusTests.codes {
      let error = CallError(transport: RPCError(code: code, message: "text of a stranger"))
      #expect(error == expected[name] ?? .peerFault(.failed), "\(name)")
    }
  }

  @Test func whateverElseATransportThrowsIsABrokenConnection() {
    struct Foreign: Error {}
    let stopped = RuntimeError(code: .clientIsStopped, message: "")
    for error in [stopped, CancellationError(), Foreign()] as [any Error] {
      #expect(CallError(transport: error) == .unreachable(.noAnswer))
      let wrapped = RPCError(code: .unknown, message: "", cause: error)
      #expect(CallError(transport: wrapped) == .unreachable(.noAnswer))
    }
  }

  @Test func whatAStoreOrADecoderThrowsTravelsByTheTableAndWithoutItsValues() {
    let store = RPCError(StoreError.damaged("page 7 of /srv/register"))
    #expect(store.code == .unavailable && !store.message.contains("/srv"))
    #expect(Array(store.metadata[stringValues: "liaison-error"]) == ["store"])
    #expect(RPCError(CodingError.malformed("x")).code == .invalidArgument)
    #expect(RPCError(CodingError.notCanonical("x")).code == .invalidArgument)
    #expect(RPCError(CodingError.unknown("x")).code == .invalidArgument)
    let long = RPCError(CodingError.tooLarge("x", limit: 1))
    #expect(long.code == .resourceExhausted)
    #expect(Array(long.metadata[stringValues: "liaison-error"]) == ["too-large"])
  }

  @Test func whatNoServerMeansIsAFailureOfIt() {
    for error in [CallError.tooManyRounds, .unreachable(.silent), .peerFault(.noSchema)] {
      #expect(RPCError(error).code == .internalError)
      #expect(
        CallError(transport: RPCError(code: .internalError, message: "")) == .peerFault(.failed))
    }
  }
}
