import LiaisonSync
import LiaisonTerminal
import Testing

/// What a person is told, and the exit code that a script reads.
struct FailureTests {
  let place = Place(folder: "vienna", address: "hq:7401", office: "VIE")

  static let calls: [(CallError, message: String, LiaisonTerminal.ExitStatus)] = [
    (.unreachable(.noAnswer), "no server answers at hq:7401", .unreachable),
    (.unreachable(.silent), "the server at hq:7401 does not answer", .unreachable),
    (
      .unreachable(.endedEarly), "the server at hq:7401 stopped in the middle of a pull",
      .unreachable
    ),
    (.unknownOffice, "the register has no office VIE", .failure),
    (.otherRegister, "the server holds another register than this replica", .failure),
    (
      .otherHistory,
      "the server was restored from a backup since the last sync, or has lost changes", .failure
    ),
    (.otherProtocol, "the server speaks another version of the protocol", .failure),
    (.tooLarge, "the message is larger than the server takes", .failure),
    (.tooManyCalls, "the office makes more calls at once than the server answers", .failure),
    (.storeUnavailable, "the server's store cannot answer now", .failure),
    (.malformed, "the message is not one of this protocol", .failure),
    (.peerFault(.failed), "the server failed", .failure),
    (.tooManyRounds, "other offices' edits came first too many times in a row", .failure),
    (
      .notLoopback(Endpoint(host: "hq", port: 7401)),
      "a call that is not encrypted does not leave this machine for hq:7401", .failure
    ),
    (.notAdmitted(.revoked), NotAdmitted.revoked.description, .notAdmitted),
    (.untrusted(.otherHost), UntrustedServer.otherHost.description, .notAdmitted),
  ]

  @Test(arguments: FailureTests.calls.indices)
  func aCallsFailureNamesWhereItWas(index: Int) {
    let (error, message, status) = Self.calls[index]
    let failure = Failure(error, at: place)
    #expect(failure.message == message && failure.status == status)
    #expect(!failure.advice.isEmpty)
    let isUnreachable = if case .unreachable = error { true } else { false }
    #expect((status == .unreachable) == isUnreachable)
  }

  @Test func withoutAPlaceNothingIsNamed() {
    #expect(Failure(CallError.unreachable(.noAnswer)).message == "no server answers")
    #expect(Failure(CallError.unknownOffice).message == "the register has no such office")
  }

  @Test(arguments: [
    (
      StoreError.locked(by: "liaison sync, process 7"),
      "another process is at work in vienna: liaison sync, process 7"
    ),
    (.locked(by: nil), "another process is writing"),
    (.full, "the disk is full; nothing of this step was written"),
    (.newer, "a newer version of Liaison wrote it"), (.damaged("torn"), "torn"),
    (.missing("nothing there"), "nothing there"),
    (.unfit("too long"), "too long"), (.exists("something there"), "something there"),
    (.changed, "it has changed in the meantime"), (.io("refused"), "refused"),
    (.unreachable("away"), "away"), (.untrusted("another"), "another"),
  ])
  func aStoresFailureSaysWhatHappened(error: StoreError, message: String) {
    let failure = Failure(error, at: place)
    #expect(failure.message == message && failure.status == .failure)
    #expect(!failure.advice.isEmpty)
  }

  @Test func aDamagedServerIsToldOfItsBackupAndAReplicaOfAClone() throws {
    for error in [StoreError.damaged("torn"), CodingError.malformed("torn")] as [any Error] {
      let server = try #require(Failure(known: error, at: Place(of: .server))).advice
      let replica = try #require(Failure(known: error, at: Place(of: .replica))).advice
      #expect(server.hasSuffix("the last backup") && !server.contains("clone"), "\(server)")
      #expect(replica.hasSuffix("a fresh clone beside it"), "\(replica)")
    }
  }

  @Test func aPlaceNamesWhatItKnowsAndLetsTheRestPass() async throws {
    struct Other: Error {}
    await #expect(throws: Failure(CallError.unknownOffice, at: place)) {
      try await place.naming { throw CallError.unknownOffice }
    }
    await #expect(throws: Other.self) { try await place.naming { throw Other() } }
    await #expect(throws: StatusExit.self) {
      try await place.naming { throw StatusExit(.conflicts) }
    }
    #expect(try await place.naming { 7 } == 7)
  }

  @Test func anUnreadableRecordIsSaidSo() throws {
    let failure = try #require(Failure(known: CodingError.malformed("a field is torn")))
    #expect(failure.message == "a record cannot be read: a field is torn")
  }
}
