import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonServer
import LiaisonSync
import LiaisonWire
import Synchronization
import Testing

/// A replica in the middle of a pull.
struct MidPullTests {
  /// Of ONE, which changed twice, only the later change was to come; the server loses that.
  @Test func aPullThatBrokeIsNotTakenForMoreThanItBrought() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      for code in ["ONE", "TWO", "THREE"] {
        try await $0.new("area", "code=\(code)", "name=\(code)")
      }
    }
    let slow = SyncService(log: hq.log, coding: RevisionCodec(), limit: BatchLimit(count: 1))
    try await vienna.edit("ONE", "name=First")
    try await vienna.sync()
    try await vienna.edit("TWO", "name=Second")
    try await vienna.sync()
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "name=Third")
    try await vienna.sync()
    // The header and the first batch: TWO.
    let cut = CutLink.breaking(DirectLink(service: slow), at: 6)
    await #expect(throws: CutLink.broken) { try await newYork.on(cut).sync() }
    let identity = try await newYork.store.identity()
    #expect(identity.cursor?.position.number == 5 && identity.until?.position.number == 6)
    #expect(try await newYork.value("TWO", "name") == "Second")

    let restored = try await hq.restored(from: backup)
    #expect(
      try await restored.log.status(among: [identity.cursor].compactMap(\.self)).shared != nil)
    try await newYork.on(restored.link).sync()
    #expect(try await newYork.value("ONE", "name") == "First")
    for _ in 1...2 {
      for office in [vienna, newYork] { try await office.on(restored.link).sync() }
    }
    #expect(try await newYork.digest() == restored.digest())
    #expect(try await newYork.value("ONE", "name") == "Third", "Vienna has handed it back")
  }

  /// In the middle of a pull the server is restored and goes on; another sync of the same replica finds that
  /// out. What the first one still brings is of a log that is gone.
  @Test func whatComesOfALogThatIsGoneIsNotApplied() async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      for code in ["ONE", "TWO", "THREE"] {
        try await $0.new("area", "code=\(code)", "name=\(code)")
      }
    }
    let backup = try await hq.backedUp()
    for code in ["ONE", "TWO", "THREE"] {
      try await vienna.edit(code, "name=Lost")
      try await vienna.sync()
    }
    let restored = try await hq.restored(from: backup)
    let lyon = try restored.office("LYO", restored.link)
    try await lyon.sync()
    for number in 1...6 { try await lyon.new("area", "code=NEW-\(number)", "name=New") }
    try await lyon.sync()
    let slow = SyncService(log: hq.log, coding: RevisionCodec(), limit: BatchLimit(count: 1))
    let points = Mutex(0)
    let other = CutLink(inner: DirectLink(service: slow)) {
      let point = points.withLock { points in
        points += 1
        return points
      }
      // The header and the first batch have come; afterwards the server that is gone answers nothing new.
      if point == 6 { try await newYork.on(restored.link).sync() }
      if point > 8 { throw CutLink.broken }
    }
    await #expect(throws: (any Error).self) { try await newYork.on(other).sync() }
    let identity = try await newYork.store.identity()
    #expect(identity.cursor == (try await restored.log.status().head), "it stands where it stood")
    #expect(try await newYork.digest() == restored.digest())
    for _ in 1...2 {
      for office in [vienna, newYork, lyon] { try await office.on(restored.link).sync() }
    }
    #expect(try await newYork.digest() == restored.digest())
    #expect(try await lyon.on(restored.link).value("TWO", "name") == "Lost", "it was handed back")
  }
}
