import LiaisonModel
import Testing

/// What a moment is written as, and what comes before what.
struct MomentTests {
  @Test(arguments: [
    "2007", "2007-03", "2007-03-26", "2026-05-20T14:30+02:00", "2026-05-20T14:30Z",
    "2026-05-20T00:00-11:30", "0001-01-01T23:59+23:59",
  ])
  func aMomentIsPrintedAsItWasRead(text: String) throws {
    #expect(try #require(Moment(text)).description == text)
  }

  @Test(arguments: [
    "", "T14:30Z", "2026-05T14:30Z", "2026-05-20T", "2026-05-20T14:30", "2026-05-20T24:00Z",
    "2026-05-20T14:60Z", "2026-05-20T14:30+00:00", "2026-05-20T14:30-00:00",
    "2026-05-20T14:30+24:00",
    "2026-05-20T14:30z", "2026-05-20 14:30Z", "2026-05-20T14:30:00Z", "2026-02-30T14:30Z",
    "2026-05-20T1:30Z", "2026-05-20T14:30ZZ", "2026-05-20T14:30+2:00", "２026-05-20",
  ])
  func whatIsNoMomentIsRefused(text: String) { #expect(Moment(text) == nil) }

  @Test(arguments: [
    ("2026-05-20 14:30z", "2026-05-20T14:30Z"), ("2026-05-20t14:30+00:00", "2026-05-20T14:30Z"),
    ("2026-05-20T14:30+02:00", "2026-05-20T14:30+02:00"), ("2026", "2026"),
  ])
  func aPersonMayWriteItOtherwise(typed: String, text: String) {
    #expect(Moment(typed: typed)?.description == text)
  }

  @Test func momentsAreOrderedByTheirMinuteInUTC() throws {
    let ascending = try [
      "1969-12-31T23:59Z", "1970", "1970-01", "1970-01-01", "1970-01-01T02:00+02:00",
      "1970-01-01T00:01Z", "2026-05-20T14:30+02:00", "2026-05-20T12:31Z", "2026-05-20T14:30Z",
      "2026-05-20T09:31-05:00", "2026-05-21",
    ].map { try #require(Moment($0)) }
    for (index, one) in ascending.enumerated() {
      for (place, other) in ascending.enumerated() {
        #expect((one < other) == (index < place), "\(one) \(other)")
        #expect((one == other) == (index == place))
      }
    }
  }

  @Test(arguments: [
    ("2026-05-20T14:30Z", "2026-05-20T14:29Z", false),
    ("2026-05-20T14:29Z", "2026-05-20T14:30Z", true),
    ("2026-05-20T16:30+02:00", "2026-05-20T14:30Z", false),
    // Whoever writes a day means all of it, wherever.
    ("2026-05-20", "2026-05-20T23:30Z", false), ("2026-05-19", "2026-05-20T00:00Z", true),
    ("2026-05", "2026-05-20T23:30-11:00", false), ("2026-05-20T23:30-11:00", "2026-05-21", true),
  ])
  func anEndBeforeAStartIsSeen(end: String, start: String, isBefore: Bool) throws {
    let (end, start) = (try #require(Moment(end)), try #require(Moment(start)))
    #expect(end.ends(before: start) == isBefore)
  }
}
