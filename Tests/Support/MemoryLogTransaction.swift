import LiaisonModel
import LiaisonSync

/// A copy of the log, which takes the log's place when the transaction ends.
final class MemoryLogTransaction: LogTransaction {
  var state: MemoryChangeLog.State

  init(_ state: MemoryChangeLog.State) { self.state = state }

  func facts(for question: CommitQuestion) throws -> CommitFacts {
    var facts = CommitFacts()
    facts.schema = state.schema.mark
    facts.known = state.edits.filter { question.edits.contains($0.key) }
    facts.offices = question.offices.filter { state.offices[$0] != nil }
    for entry in state.entries
    where question.revisions[entry.revision.id] == entry.revision.summary.record {
      facts.revisions[entry.revision.id] = Committed(
        position: entry.position, revision: entry.revision.id)
    }
    for (name, holder) in state.holders
    where question.revisions[name] != nil && facts.revisions[name] == nil {
      facts.revisions[name] = holder
    }
    facts.wanted = question.wanted.reduce(into: [:]) { wanted, asked in
      guard let holder = state.wanted[asked.key], holder.record == asked.value else { return }
      wanted[asked.key] = holder.committed
    }
    for record in question.records {
      guard let head = state.heads[record]?.revision else { continue }
      facts.heads[record] = LogHead(
        revision: head.id, kind: head.summary.kind, code: head.summary.code,
        isDeleted: head.summary.isDeleted)
      if question.makers.contains(record) {
        facts.makers[record] =
          state.entries.first { $0.revision.summary.record == record }?.revision.encoded
      }
      if question.states.contains(record) { facts.states[record] = head.encoded }
    }
    for (record, head) in state.heads {
      for key in head.keys where question.keys.contains(key) { facts.keyHolders[key] = record }
    }
    for (record, head) in state.heads where !head.revision.summary.isDeleted {
      let code = head.revision.summary.code
      if question.codes.contains(code) { facts.holders[code] = record }
    }
    var open = Array(question.chains)
    while let record = open.popLast() {
      guard facts.links[record] == nil, let links = state.heads[record]?.links, !links.isEmpty
      else { continue }
      facts.links[record] = links
      open += links.targets.values.joined()
    }
    return facts
  }

  /// Chains what has this name as the next entry.
  private func enter(_ name: RevisionID) -> Cursor {
    let cursor = state.chain.append(name)
    state.cursors.append(cursor)
    state.names.append(name)
    return cursor
  }

  func schema() throws -> FiledSchema { state.schema }

  func append(_ schema: FiledSchema) throws -> Cursor {
    let cursor = enter(schema.name)
    state.schema = schema
    state.schemas.append(LoggedSchema(position: cursor.position, filed: schema))
    return cursor
  }

  func file(_ record: RecordID, links: Links?, keys: [UniqueKey]?) throws {
    for (other, head) in state.heads where other != record {
      guard Set(head.keys).isDisjoint(with: keys ?? []) else {
        throw StoreError.exists("another record holds what is unique")
      }
    }
    if let links { state.heads[record]?.links = links }
    if let keys { state.heads[record]?.keys = keys }
  }

  func forEachHead(of kind: KindNumber, _ body: (EncodedRevision) throws -> Void) throws {
    let heads = state.heads.filter { $0.value.revision.summary.kind == kind }
    for (_, head) in heads.sorted(by: { $0.key < $1.key }) { try body(head.revision.encoded) }
  }

  func append(_ decisions: [CommitDecision]) throws -> [Verdict] {
    decisions.map { decision in
      switch decision.action {
      case .answer(let outcome): return Verdict(edit: decision.edit, outcome: outcome)
      case .file(let provenance, let filed):
        file(provenance, filed)
        return Verdict(edit: decision.edit, outcome: .alreadyCommitted(filed.committed))
      case .append(let addition):
        let revision = addition.revision
        let cursor = enter(revision.id)
        let committed = Committed(position: cursor.position, revision: revision.id)
        let old = state.heads[revision.summary.record]
        state.entries.append(
          Entry(
            position: cursor.position, revision: revision,
            edits: addition.hasEdit ? EditIDs(decision.edit) : nil))
        let filed = FiledEdit(committed: committed, record: revision.summary.record)
        if addition.hasEdit { state.edits[decision.edit] = filed }
        state.handedBack[cursor.position] = addition.handedBackBy
        state.wanted[revision.id] = nil
        if let provenance = addition.provenance { file(provenance, filed) }
        state.heads[revision.summary.record] = MemoryChangeLog.State.Head(
          position: cursor.position, revision: revision,
          links: addition.links ?? old?.links ?? Links(),
          keys: addition.keys ?? old?.keys ?? [])
        return Verdict(edit: decision.edit, outcome: .committed(committed))
      }
    }
  }

  private func file(_ provenance: Provenance, _ filed: FiledEdit) {
    for edit in provenance.absorbed where state.edits[edit] == nil { state.edits[edit] = filed }
    for ancestor in provenance.ancestors where state.ancestors[ancestor.id] == nil {
      state.ancestors[ancestor.id] = ancestor
      state.holders[ancestor.id] = filed.committed
    }
    for ancestor in provenance.ancestors { state.wanted[ancestor.id] = nil }
    for open in provenance.open where state.wanted[open] == nil { state.wanted[open] = filed }
  }
}
