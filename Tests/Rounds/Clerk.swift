import LiaisonModel
import LiaisonReplica
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
  /// them may have been accepted, where it was on its way.
  private(set) var replaced: Set<String> = []
  private(set) var tags: Set<String> = []
  private(set) var conflicts: Set<Conflicts> = []
  private let codes: [String]

  init(_ office: TestOffice, codes: [String]) {
    self.office = office
    self.codes = codes
  }

  /// One edit; none where a sync came between reading and writing.
  func work(_ random: inout Seeded) async throws {
    do {
      try await write(&random)
    } catch let error as StoreError where error.code == .changed {
    } catch let error as ReplicaError where error.code == .notPending {}
  }

  private func write(_ random: inout Seeded) async throws {
    let note = "\(office.id) \(written.count)"
    switch Int.random(in: 0..<20, using: &random) {
    case 0..<8:
      let tag = "t-\(note)"
      if try await edit(random.pick(codes), "tags+=\(tag)", note, &random) { tags.insert(tag) }
    case 8..<12: _ = try await edit(random.pick(codes), "title=\(note)", note, &random)
    case 12..<14: _ = try await edit(random.pick(codes), "remark+=\(note)", note, &random)
    case 14..<16: try await editArea("name=\(note)", note, &random)
    case 16: try await editArea(nil, note, &random)
    case 17..<19: try await newArea(note, &random)
    default:
      try await office.new("action", "title=N", "owner=LYO", "status=open", note: note)
      written.insert(note)
    }
  }

  /// - Returns: false where a conflict was in the way, and was resolved instead.
  private func edit(
    _ code: String, _ change: String, _ note: String, _ random: inout Seeded
  ) async throws -> Bool {
    let replica = try await office.replica()
    let record = try await replica.record(code)
    if let conflict = try await replica.conflict(of: record) {
      try await resolve(conflict, &random)
      return false
    }
    _ = try await replica.edit(record, [Assignment(change)], note: note)
    replace(record, with: note)
    return true
  }

  /// Changes or deletes an area that any office may have made.
  private func editArea(_ change: String?, _ note: String, _ random: inout Seeded) async throws {
    let replica = try await office.replica()
    let code = "AREA-\(Int.random(in: 10..<30, using: &random))"
    guard let record = try? await replica.records(code).first else { return }
    if let conflict = try await replica.conflict(of: record) {
      return try await resolve(conflict, &random)
    }
    guard !record.visible.state.isDeleted else { return }
    if let change {
      _ = try await replica.edit(record, [Assignment(change)], note: note)
    } else {
      // What was never sent is forgotten, and its edit is replaced by nothing.
      let deleted = try await replica.delete(record, note: note)
      replace(record, with: deleted == nil ? nil : note)
      // On its way for the first time: where it does not arrive, its deletion goes with it.
      if record.stored.head == nil { replaced.insert(note) }
      return
    }
    replace(record, with: note)
  }

  /// A code that the other office may take as well.
  private func newArea(_ note: String, _ random: inout Seeded) async throws {
    let code = "AREA-\(Int.random(in: 10..<30, using: &random))"
    do {
      try await office.new("area", "code=\(code)", "name=\(note)", note: note)
      written.insert(note)
    } catch let error as ReplicaError where error.code == .codeTaken {}
  }

  func resolve(_ conflict: Conflict, _ random: inout Seeded) async throws {
    let note = "\(office.id) \(written.count)"
    let replica = try await office.replica()
    var changes: [Assignment] = []
    var take: Replica.Side? = random.pick(Replica.Side.allCases)
    switch conflict.cause {
    case .codeTaken:
      conflicts.insert(.codeTaken)
      take = nil
      changes = [try Assignment("code=\(office.id)-OWN-\(written.count)")]
    case .merge([.deletion]): conflicts.insert(.deletion)
    case .merge: conflicts.insert(.field)
    }
    do {
      _ = try await replica.resolve(
        conflict.record, take: take, takes: [:], changes, note: note)
      replace(conflict.record, with: note)
    } catch let error as ReplicaError where error.code == .codeTaken {
      // Brought back under a code that another record has by now: the edit is given up.
      try await replica.discard(conflict.record)
      replace(conflict.record, with: nil)
    }
  }

  private func replace(_ record: Record, with note: String?) {
    if record.pending != nil { replaced.insert(record.visible.note) }
    if let note { written.insert(note) }
  }

  /// Syncs again and again until the line holds for once.
  func syncUntilThrough() async throws {
    for _ in 0..<500 where (try? await office.sync()) != nil { return }
    throw Problem("the line never held")
  }
}
