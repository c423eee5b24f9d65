import LiaisonModel
import LiaisonReplica
import LiaisonSQLite
import LiaisonSync
import TestSupport

/// Somebody at an office who edits at random, and keeps a list of what became of each edit.
final class Clerk {
  enum Conflicts: CaseIterable {
    case field
    case deletion
    case codeTaken
  }

  let office: TestOffice
  /// The notes of all edits; each names one.
  private(set) var written: Set<String> = []
  /// Those that a later edit, a resolution or a discard of this office took the place of. One of
  /// them may have been accepted, if it was on its way.
  private(set) var replaced: Set<String> = []
  /// The notes of edits that take members out of a set, with what they take out.
  private(set) var removed: [String: String] = [:]
  /// The notes of edits that delete a record.
  private(set) var deletions: Set<String> = []
  private(set) var conflicts: Set<Conflicts> = []
  private let codes: [String]

  init(_ office: TestOffice, codes: [String]) {
    self.office = office
    self.codes = codes
  }

  /// One edit; a conflict in its way is settled instead.
  func work(_ random: inout Seeded) async throws {
    let note = "\(office.id) \(written.count)"
    switch Int.random(in: 0..<22, using: &random) {
    case 0..<7: _ = try await edit(random.pick(codes), "tags+=t-\(note)", note, &random)
    case 7..<10: try await removeTag(random.pick(codes), note, &random)
    case 10..<14: _ = try await edit(random.pick(codes), "title=\(note)", note, &random)
    case 14..<16: _ = try await edit(random.pick(codes), "remark+=\(note)", note, &random)
    case 16..<18: try await editArea("name=\(note)", note, &random)
    case 18: try await editArea(nil, note, &random)
    case 19..<21: try await newArea(note, &random)
    case _:
      try await office.new("action", "title=N", "owner=LYO", "status=open", note: note)
      written.insert(note)
    }
  }

  /// One edit while a sync of this office is under way: it may come between looking and writing.
  func workBesideASync(_ random: inout Seeded) async throws {
    do {
      try await work(&random)
    } catch ReplicaError.inConflict, ReplicaError.notInConflict, ReplicaError.deleted {}
  }

  /// - Returns: false if a conflict was in the way, and was settled instead.
  private func edit(
    _ code: String, _ change: String, _ note: String, _ random: inout Seeded
  ) async throws -> Bool {
    guard let record = try await record(code), try await isFree(record, &random) else {
      return false
    }
    try await office.edit(record.id.description, change, note: note)
    replace(record, with: note)
    return true
  }

  private func removeTag(_ code: String, _ note: String, _ random: inout Seeded) async throws {
    let tags = try await record(code)?["tags"]?.lines ?? []
    guard !tags.isEmpty else { return }
    let tag = random.pick(tags.sorted())
    do {
      if try await edit(code, "tags-=\(tag)", note, &random) { removed[note] = tag }
    } catch ReplicaError.wrongValue {}  // A sync came between, and took it out.
  }

  /// Changes or deletes an area that any office may have made.
  private func editArea(_ change: String?, _ note: String, _ random: inout Seeded) async throws {
    guard let record = try await record("AREA-\(Int.random(in: 10..<30, using: &random))"),
      try await isFree(record, &random)
    else { return }
    do {
      guard let change else { return try await delete(record, note) }
      try await office.edit(record.id.description, change, note: note)
      replace(record, with: note)
    } catch ReplicaError.deleted {}
  }

  private func delete(_ record: RecordView, _ note: String) async throws {
    // What was never sent is forgotten, and its edit is replaced by nothing.
    switch try await office.replica.delete(record.id.description, note: note) {
    case .forgotten: replace(record, with: nil)
    case .pending:
      replace(record, with: note)
      deletions.insert(note)
      // On its way for the first time: if it does not arrive, its deletion goes with it.
      if try await office.store.read({ try $0.record(record.id)?.head }) == nil {
        replaced.insert(note)
      }
    }
  }

  /// A code that the other office may take as well.
  private func newArea(_ note: String, _ random: inout Seeded) async throws {
    let code = "AREA-\(Int.random(in: 10..<30, using: &random))"
    do {
      try await office.new("area", "code=\(code)", "name=\(note)", note: note)
      written.insert(note)
    } catch ReplicaError.codeTaken {}
  }

  /// The one record with a code, as this office sees it; nil if there is none, or several.
  private func record(_ code: String) async throws -> RecordView? {
    do {
      let found = try await office.replica.show(code)
      return found.count == 1 ? found[0].record : nil
    } catch ReplicaError.unknownRecord {
      return nil
    }
  }

  /// Settles the conflict that a record is in, if it is in one.
  private func isFree(_ record: RecordView, _ random: inout Seeded) async throws -> Bool {
    let conflicts = try await office.replica.conflicts(record.id.description)
    guard let conflict = conflicts.first else { return true }
    try await resolve(conflict, &random)
    return false
  }

  func resolve(_ conflict: ConflictView, _ random: inout Seeded) async throws {
    let note = "\(office.id) \(written.count)"
    let record = try await office.replica.show(conflict.id)[0].record
    var choice = Choice(rest: random.pick(Side.allCases))
    if conflict.cause == "code taken" {
      conflicts.insert(.codeTaken)
      choice = Choice(
        assignments: [try Assignment("code=\(office.id)-OWN-\(written.count)")])
    } else {
      let isDeletion = conflict.disagreements.first?.field == "the whole record"
      conflicts.insert(isDeletion ? .deletion : .field)
    }
    do {
      _ = try await office.replica.resolve(conflict.id, choice, note: note)
      replace(record, with: note)
    } catch ReplicaError.codeTaken {
      // Brought back under a code that another record has by now: the edit is given up.
      _ = try await office.replica.discard(conflict.id)
      replace(record, with: nil)
    }
  }

  /// - Parameter record: as it was before.
  private func replace(_ record: RecordView, with note: String?) {
    switch record.place {
    case .synced, .deleted, .earlier, .unreadable: break
    case .new, .edited, .deletion, .inFlight, .conflict, .codeTaken, .refused:
      replaced.insert(record.origin.note)
    }
    if let note { written.insert(note) }
  }

  /// Syncs again and again until the line holds for once.
  func syncUntilThrough() async throws {
    for _ in 0..<500 where try await syncIfTheLineHolds() { return }
    throw Problem("the line never held")
  }

  /// - Returns: false if the line broke. Anything else that a sync throws is an error.
  func syncIfTheLineHolds() async throws -> Bool {
    do {
      try await office.sync()
      return true
    } catch let error as CallError where error == CutLink.broken {
      return false
    }
  }
}
