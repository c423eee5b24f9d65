import LiaisonModel
import LiaisonReplica
import LiaisonSync
import LiaisonTerminal
import Testing

@testable import liaison

/// What the command says of each thing that a replica cannot do.
struct ReplicaFailureTests {
  private typealias Said = (
    error: ReplicaError, advice: String, status: LiaisonTerminal.ExitStatus
  )
  private let problem = Problem("is wrong")

  /// What a person wrote that cannot be read.
  private func ofWords() throws -> [Said] {
    let record = RecordID(try #require(UUIDv7("018f3e7a-0000-7000-8000-000000000001")))
    return [
      (.empty, "liaison sync", .failure),
      (.unknownKind("x", known: ["a", "b"]), "one of a, b", .usage),
      (.unknownField("x", kind: "a", known: ["b"]), "one of b", .usage),
      (
        .unknownRecord("X"),
        "liaison search TEXT, or liaison sync if another office may have added it", .failure
      ),
      (.notACode("x"), "a code like UNODC or VIE-2026-0012", .usage),
      (.ambiguousCode("X", records: []), "the record's id instead of its code: ", .failure),
      (.notAnAssignment("x"), "field=value, field+=member or field-=member", .usage),
      (.notAFilter("x"), "--where field=value", .usage),
      (.valueWithNUL, "the value without it", .usage), (.assignedTwice("x"), "x=… once", .usage),
      (.malformedCode, "2 to 32 of A-Z, 0-9 and '-', for example UNODC", .usage),
      (.wrongValue(field: "x", problem, example: "39"), "x=39", .usage),
      (
        .ambiguousMember(field: "x", "X", records: [record, record]),
        "the record's id instead of its code: x-=\(record) or x-=\(record)", .usage
      ),
      (.wrongFilter(field: "x", kind: "a", problem), "liaison schema a", .usage),
      (.malformedDraft, "field: value on each line", .failure),
    ]
  }

  /// What the register does not take, or where a record stands.
  private func ofRecords() throws -> [Said] {
    let one = try #require(RecordCode("ONE"))
    let two = try #require(RecordCode("TWO"))
    return [
      (.codeMissing(kind: "a"), "liaison new a code=… name=…", .usage),
      (
        .wrongClock(year: 1970), "set the clock, or name the code: code=OFFICE-YEAR-NUMBER",
        .failure
      ),
      (.invalid(kind: "a", problem), "liaison schema a", .failure),
      (
        .badAuthor(problem), "another LIAISON_AUTHOR, or liaison config author NAME", .failure
      ),
      (.badNote(problem), "another --note", .failure),
      (.tooLarge, "shorter texts, or part of it in another record", .failure),
      (.codeTaken(one), "liaison show ONE", .failure),
      (.codesExchanged, "liaison sync first, while one of them has a third code", .failure),
      (
        .referred(one, by: [two]), "Change those records first, or liaison delete ONE --force",
        .failure
      ),
      (.inConflict(one), "liaison conflicts ONE, then liaison resolve ONE …", .failure),
      (.deleted(one), "liaison discard ONE if the deletion was not sent yet", .failure),
      (.unchanged(one), "liaison show ONE", .failure),
      (.changedMeanwhile(one), "the same command again", .failure),
      (.notInConflict(one), "liaison conflicts", .failure),
      (.notPending(one), "liaison status", .failure),
      (
        .unresolved(one, ["x"], .sideOrValue),
        "liaison resolve ONE --take theirs, or FIELD=VALUE", .failure
      ),
      (
        .unresolved(one, ["x"], .side), "liaison resolve ONE --take ours, or --take theirs",
        .failure
      ),
      (.unresolved(one, ["code"], .code), "liaison resolve ONE code=NEW-CODE", .failure),
      (.sideAndValue(field: "x"), "one of the two", .usage),
      (.inAgreement(field: "x"), "liaison conflicts", .usage),
      (.noSides(one), "liaison resolve ONE code=NEW-CODE, or liaison discard ONE", .usage),
      (.deletedSide, "the side that is kept, with the values", .usage),
    ]
  }

  @Test func eachErrorHasItsAdviceAndItsExitCode() throws {
    for (error, advice, status) in try ofWords() + ofRecords() {
      let failure = try #require(Failure(office: error))
      #expect(failure.message == error.description)
      #expect(failure.advice == advice && failure.status == status, "\(error)")
    }
  }

  @Test(arguments: [
    (["ours"], Side.ours, [:]), (["a=ours"], nil, ["a": Side.ours]),
    (["a=base", "b=base"], nil, ["a": .base, "b": .base]),
    (["a=ours", "theirs"], .theirs, ["a": .ours]), (["theirs", "a=ours"], .theirs, ["a": .ours]),
    ([], nil, [:]),
  ])
  func sidesAreReadInAnyOrder(words: [String], rest: Side?, parts: [String: Side]) throws {
    #expect(try Choice(taking: words) == Choice(rest: rest, parts: parts))
  }

  @Test(arguments: [["mine"], ["a=mine"], [""], ["ours", "theirs"], ["a=ours", "a=ours"]])
  func sidesThatDoNotGoTogetherAreUsage(words: [String]) {
    #expect { try Choice(taking: words) } throws: {
      ($0 as? Failure)?.status == .usage
    }
  }

  @Test func aWatchTellsTheSameAsALineAndAsJSON() throws {
    let place = Place(address: "hq:1")
    let offline = WatchLine(
      .offline(.call(.unreachable(.noAnswer)), retryMilliseconds: 50), at: place)
    #expect(offline.line == "offline: no server answers at hq:1; again in 50 ms")
    let received = WatchLine(.received(3, conflicts: 1), at: place)
    #expect(received.line == "received 3, conflicts 1: see liaison conflicts")
    #expect(received.event == "received" && received.conflicts == 1)
  }
}
