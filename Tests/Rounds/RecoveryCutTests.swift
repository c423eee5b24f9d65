import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import Synchronization
import Testing

/// A server was restored, and the line breaks while its office goes back and hands back.
struct RecoveryCutTests {
  /// Breaks once, at the n-th point at which a line can break.
  private func broken(at point: Int, _ link: any Link) -> CutLink {
    let passed = Mutex(0)
    return CutLink(inner: link) {
      let now = passed.withLock { passed in
        passed += 1
        return passed
      }
      if now == point { throw CutLink.broken }
    }
  }

  /// Two offices; one has an edit accepted that a backup lacks, one sent without an answer, one not sent,
  /// and a new record.
  @Test(arguments: 1...24)
  func whereverItBreaksNothingIsMissingAndNothingIsTwice(point: Int) async throws {
    let (hq, vienna, newYork) = try await Headquarters.withTwoOffices {
      for code in ["ONE", "TWO", "THREE", "FOUR"] {
        try await $0.new("area", "code=\(code)", "name=\(code)")
      }
    }
    let backup = try await hq.backedUp()
    try await vienna.edit("ONE", "name=Accepted", note: "1")
    try await vienna.new("area", "code=NEW", "name=New", note: "2")
    try await vienna.sync()
    try await vienna.edit("TWO", "name=In flight", note: "3")
    await #expect(throws: CallError.self) {
      // The request's verdicts do not come back.
      try await vienna.on(broken(at: 6, hq.link)).sync()
    }
    try await vienna.edit("TWO", "description=On top.", note: "4")
    try await vienna.edit("THREE", "name=Unsent", note: "5")
    let restored = try await hq.restored(from: backup)
    try await newYork.on(restored.link).edit("FOUR", "name=New York's", note: "6")
    try await newYork.on(restored.link).sync()

    do {
      try await vienna.on(broken(at: point, restored.link)).sync()
    } catch let error as CallError {
      #expect(error == CutLink.broken)
    }
    for _ in 1...2 {
      for office in [vienna, newYork] { try await office.on(restored.link).sync() }
    }
    for office in [vienna, newYork] {
      #expect(try await office.digest() == restored.digest())
      #expect(try await office.pending().isEmpty)
      #expect(try await office.value("ONE", "name") == "Accepted")
      #expect(try await office.value("NEW", "name") == "New")
      #expect(try await office.value("TWO", "name") == "In flight")
      #expect(try await office.value("TWO", "description") == "On top.")
      #expect(try await office.value("THREE", "name") == "Unsent")
      #expect(try await office.value("FOUR", "name") == "New York's")
    }
    let notes = try await restored.log.latest(99, isHandedBack: false).map {
      try vienna.environment.coding.decode($0.revision.bytes).note
    }
    for note in ["1", "2", "3", "4", "5", "6"] {
      #expect(notes.count { $0 == note } == 1, "\(note)")
    }
  }
}
