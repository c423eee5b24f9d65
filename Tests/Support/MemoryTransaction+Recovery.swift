import LiaisonModel
import LiaisonSync

extension MemoryTransaction {
  func ancestors(of record: RecordID) throws -> [EncodedRevision] {
    Array((replica.ancestors[record] ?? []).reversed())
  }

  func steps() throws -> [RememberedStep] { replica.steps.reversed() }

  func waypoints() throws -> [Cursor] { replica.waypoints }

  func lost() throws -> [LostRevision] { replica.lost }

  func remember(_ step: UndoStep) throws {
    let number = (replica.steps.last?.number ?? 0) + 1
    let before = replica.records[step.record]?.pending
    replica.steps.append(RememberedStep(number: number, step: step, before: before))
    replica.steps = replica.steps.suffix(Tuning.undoSteps)
  }

  func forget(step number: Int64) throws { replica.steps.removeAll { $0.number == number } }

  func setWaypoints(_ places: [Cursor]) throws {
    replica.waypoints = places.sorted { $0.position < $1.position }
  }

  func forget(lost revisions: [RevisionID]) throws {
    replica.lost.removeAll { revisions.contains($0.revision.id) }
  }

  func rewind(to place: Cursor, summary: ([UInt8]) throws -> RevisionSummary) throws {
    var lost: [(position: LogPosition, revision: LostRevision)] = []
    for (id, before) in replica.records {
      guard let head = before.head else { continue }
      var all = before.earlier
      all[head.position] = head
      let last = all.filter { $0.key <= place.position }.max { $0.key < $1.key }
      for (position, entry) in all where position > place.position {
        let revision = entry.revision.encoded
        guard !replica.lost.contains(where: { $0.revision.id == revision.id }) else { continue }
        lost.append(
          (
            position,
            LostRevision(
              record: id, revision: revision, shared: last?.value.revision.id, edits: entry.edits)
          ))
      }
      guard head.position > place.position else { continue }
      var record = before
      record.earlier = all.filter { $0.key <= place.position && $0.key != last?.key }
      record.head = last?.value
      replica.hasChanged(id)
      replica.records[id] = record.head == nil && record.pending == nil ? nil : record
    }
    let shared = Dictionary(lost.map { ($0.revision.revision.id, $0.revision.shared) }) { $1 }
    replica.lost =
      lost.sorted { $0.position < $1.position }.map(\.revision)
      + replica.lost.map { old in
        let next = old.shared.flatMap { shared[$0] } ?? old.shared
        return LostRevision(
          record: old.record, revision: old.revision, shared: next, edits: old.edits)
      }
    replica.waypoints.removeAll { $0.position > place.position }
    move({ _ in place }, last: place.position, turns: 1)
  }

  func adopt(_ schema: FiledSchema) throws {
    let before = replica.identity
    replica.identity = ReplicaIdentity(
      office: before.office, address: before.address, register: before.register,
      cursor: before.cursor, last: before.last, head: before.head, turns: before.turns,
      number: before.series.replica, role: before.role, isEnrolled: before.isEnrolled,
      schema: schema)
  }

  func move(_ change: (Cursor?) -> Cursor, last: LogPosition, turns: Int = 0) {
    let before = replica.identity
    replica.identity = ReplicaIdentity(
      office: before.office, address: before.address, register: before.register,
      cursor: change(before.cursor), last: last, head: before.head,
      turns: before.turns + turns, number: before.series.replica, role: before.role,
      isEnrolled: before.isEnrolled,
      schema: before.filedSchema)
  }
}
