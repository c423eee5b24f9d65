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

  /// - Returns: false if a conflict was in the way, and was settled instead.
  private func edit(
    _ code: String, _ change: String, _ note: String, _ random: inout Seeded
  ) async throws -> Bool {
    guard try await isFree(code, &random) else { return false }
    let before = try await pendingNote(code)
    try await office.edit(code, change, note: note)
    replace(before, with: note)
    return true
  }

  private func removeTag(_ code: String, _ note: String, _ random: inout Seeded) async throws {
    let tags = try await office.replica.show(code).first?.record["tags"]?.lines ?? []
    guard !tags.isEmpty else { return }
    let tag = random.pick(tags.sorted())
    if try await edit(code, "tags-=\(tag)", note, &random) { removed[note] = tag }
  }

  /// Changes or deletes an area that any office may have made.
  private func editArea(_ change: String?, _ note: String, _ random: inout Seeded) async throws {
    let code = "AREA-\(Int.random(in: 10..<30, using: &random))"
    do {
      guard try await isFree(code, &random) else { return }
      let before = try await pendingNote(code)
      if let change {
        try await office.edit(code, change, note: note)
        replace(before, with: note)
        return
      }
      // What was never sent is forgotten, and its edit is replaced by nothing.
      switch try await office.replica.delete(code, note: note) {
      case .forgotten: replace(before, with: nil)
      case .pending(let record):
        replace(before, with: note)
        // On its way for the first time: if it does not arrive, its deletion goes with it.
        if try await office.store.read({ try $0.record(record.id)?.head }) == nil {
          replaced.insert(note)
        }
      }
    } catch ReplicaError.unknownRecord, ReplicaError.deleted, ReplicaError.ambiguousCode {}
  }

  /// A code that the other office may take as well.
  private func newArea(_ note: String, _ random: inout Seeded) async throws {
    let code = "AREA-\(Int.random(in: 10..<30, using: &random))"
    do {
      try await office.new("area", "code=\(code)", "name=\(note)", note: note)
      written.insert(note)
    } catch ReplicaError.codeTaken {}
  }

  /// Settles the conflict that a record is in, if it is in one.
  private func isFree(_ code: String, _ random: inout Seeded) async throws -> Bool {
    guard let conflict = try await office.replica.conflicts(code).first else { return true }
    try await resolve(conflict, &random)
    return false
  }

  func resolve(_ conflict: ConflictView, _ random: inout Seeded) async throws {
    let note = "\(office.id) \(written.count)"
    let before = try await pendingNote(conflict.code)
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
      _ = try await office.replica.resolve(conflict.code, choice, note: note)
      replace(before, with: note)
    } catch ReplicaError.codeTaken {
      // Brought back under a code that another record has by now: the edit is given up.
      _ = try await office.replica.discard(conflict.code)
      replace(before, with: nil)
    }
  }

  /// The note of the edit of a record that waits here.
  private func pendingNote(_ code: String) async throws -> String? {
    try await office.pending().first { $0.code.text == code }?.origin.note
  }

  private func replace(_ before: String?, with note: String?) {
    if let before { replaced.insert(before) }
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
