import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// One edit at every stage of its life, and short names for whatever comes of it.
struct OutboxLife {
  enum Stage: String, CaseIterable {
    case ready, sent, amended, deleted, conflict, codeTaken, refused
  }

  let maker: RevisionMaker
  /// What the edit was made from, what it says, and what was edited on top of it.
  let base, ours, more, deletion: FiledRevision
  /// The register's head by now, the edit merged with it, and what a person saves.
  let head, merged, saved: FiledRevision
  let edit, moreEdit, newEdit: EditID
  let refusal = OutboxEntry.Refused(message: "because", position: LogPosition(4))

  init() throws {
    maker = try RevisionMaker()
    base = try maker.revision("BASE")
    ours = try maker.next(base, name: "Ours")
    more = try maker.next(ours, name: "More")
    deletion = try maker.deletion(of: ours)
    head = try maker.next(base, name: "Head")
    merged = try maker.next(head, name: "Merged")
    saved = try maker.next(base, name: "Saved")
    (edit, moreEdit, newEdit) = (maker.new(), maker.new(), maker.new())
  }

  func entry(_ stage: Stage, isNew: Bool = false) -> OutboxEntry {
    OutboxEntry(edit: edit, base: isNew ? nil : base.encoded, ours: ours, state: state(stage))
  }

  private func state(_ stage: Stage) -> OutboxEntry.State {
    switch stage {
    case .ready: .ready
    case .sent: .inFlight(nil)
    case .amended: .inFlight(.init(edit: moreEdit, revision: more))
    case .deleted: .inFlight(.init(edit: moreEdit, revision: deletion))
    case .conflict: .conflict(theirs: head.id)
    case .codeTaken: .codeTaken(refusal)
    case .refused: .refused(refusal)
    }
  }

  func stored(_ pending: OutboxEntry?, head: FiledRevision?) -> StoredRecord {
    StoredRecord(
      id: ours.summary.record, kind: ours.summary.kind, head: head?.encoded,
      position: head.map { _ in LogPosition(3) }, pending: pending)
  }

  /// Compares what an event makes of the edit at each stage with its row; every stage has one.
  func check(
    _ expected: [Stage: String], isNew: Bool = false, location: SourceLocation = #_sourceLocation,
    _ event: (OutboxEntry) throws -> String
  ) {
    for stage in Stage.allCases {
      let found: String
      do {
        found = try event(entry(stage, isNew: isNew))
      } catch {
        found = "throws \(error)"
      }
      #expect(found == expected[stage], "\(stage)", sourceLocation: location)
    }
  }

  /// `edit: base → revision, state`, by the names of this fixture.
  func text(_ entry: OutboxEntry?) -> String {
    guard let entry else { return "nil" }
    let base = entry.base.map { name($0.id) } ?? "nothing"
    let edit =
      [self.edit: "edit", moreEdit: "more", newEdit: "new"][entry.edit] ?? "unknown edit"
    return "\(edit): \(base) → \(name(entry.ours.id)), \(text(entry.state))"
  }

  private func text(_ state: OutboxEntry.State) -> String {
    switch state {
    case .ready: "ready"
    case .inFlight(nil): "in flight"
    case .inFlight(let amendment?): "in flight + \(name(amendment.revision.id))"
    case .conflict(let theirs): "conflict with \(name(theirs))"
    case .codeTaken(let refused): "code taken: \(refused.message) at \(refused.position)"
    case .refused(let refused): "refused: \(refused.message) at \(refused.position)"
    }
  }

  func text(_ settlement: OutboxEntry.Settlement) -> String {
    switch settlement {
    case .accepted(let entry, let next):
      "\(name(entry.revision.id)) at \(entry.position), then \(text(next))"
    case .known(let next): "known, then \(text(next))"
    case .waits(let entry): text(entry)
    case .forgotten: "forgotten"
    }
  }

  private func name(_ id: RevisionID) -> String {
    let names = [
      base.id: "base", ours.id: "ours", more.id: "more", deletion.id: "deletion",
      head.id: "head", merged.id: "merged", saved.id: "saved",
    ]
    return names[id] ?? "unknown revision"
  }
}
