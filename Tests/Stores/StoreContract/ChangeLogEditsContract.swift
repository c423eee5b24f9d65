import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// What every change log says of the edits that its entries are, and files when something is handed back.
@Suite struct ChangeLogEditsContract {
  let scratch: Scratch
  let maker: AreaMaker

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 9)
  }

  /// Appends revisions of one record, each as an edit that has taken in another.
  private func log(
    _ kind: LogMaker, _ edits: [EditIDs]
  ) async throws -> (open: () async throws -> any ChangeLog, revisions: [FiledRevision]) {
    let open = try await kind.make(in: scratch, maker)
    let record: RecordID = maker.newID()
    var revisions: [FiledRevision] = []
    for (number, ids) in edits.enumerated() {
      let filed = try maker.coding.encode(
        maker.area("ONE", name: "N\(number)", record: record, parent: revisions.last?.id))
      let addition = LogAddition(
        filed, links: nil, provenance: Provenance(absorbed: ids.absorbed))
      _ = try await open().commit(CommitQuestion()) { _ in
        [CommitDecision(edit: ids.edit, action: .append(addition))]
      }
      revisions.append(filed)
    }
    return (open, revisions)
  }

  private func ids(_ count: Int) -> [EditID] { (0..<count).map { _ in maker.newID() } }

  @Test(arguments: LogMaker.allCases)
  func aChangeNamesTheEditsOfItsRecordsEntriesThatDoNotCome(_ kind: LogMaker) async throws {
    let (one, two, three) = (ids(2), ids(1), ids(2))
    let edits = [
      EditIDs(one[0], absorbed: [one[1]]), EditIDs(two[0]), EditIDs(three[0], absorbed: [three[1]]),
    ]
    let log = try await log(kind, edits).open()
    func named(since position: Int64) async throws -> EditIDs? {
      try await log.changes(
        after: LogPosition(2), since: LogPosition(position), limit: BatchLimit()
      ).changes.first?.edits
    }
    #expect(try await named(since: 2) == edits[2])
    #expect(try await named(since: 1) == EditIDs(three[0], absorbed: [two[0], three[1]]))
    #expect(
      try await named(since: 0)
        == EditIDs(three[0], absorbed: [one[1], one[0], two[0], three[1]]))
  }

  @Test(arguments: LogMaker.allCases)
  func itNamesTheLatestIfThereAreMany(_ kind: LogMaker) async throws {
    let all = ids(SyncLimits.changeEdits + 3)
    let log = try await log(kind, all.map { EditIDs($0) }).open()
    let named = try await log.changes(after: .zero, limit: BatchLimit()).changes.first?.edits
    #expect(named?.edit == all.last)
    #expect(named?.absorbed == all.dropLast().suffix(SyncLimits.changeEdits))
  }

  @Test(arguments: LogMaker.allCases)
  func anImportedRecordsFirstEntryHasNoEdit(_ kind: LogMaker) async throws {
    let open = try await kind.make(in: scratch, maker)
    let (first, edits) = try (maker.area("ONE", name: "Imported"), ids(2))
    let later = try maker.area(
      "ONE", name: "Edited", record: first.record, parent: try maker.id(of: first))
    for (edit, revision) in [(edits[0], first), (edits[1], later)] {
      let addition = LogAddition(
        try maker.coding.encode(revision), links: nil, isFirst: revision.parent == nil,
        hasEdit: revision.parent != nil)
      _ = try await open().commit(CommitQuestion()) { _ in
        [CommitDecision(edit: edit, action: .append(addition))]
      }
      let named = try await open().changes(after: .zero, limit: BatchLimit()).changes.map(\.edits)
      #expect(named == [revision.parent == nil ? nil : EditIDs(edits[1])])
    }
    #expect(try await open().committed(Set(edits)).keys.sorted() == [edits[1]])
    let history = try await open().history(of: first.record) { _ in [] }
    #expect(history.map(\.edits) == [EditIDs(edits[1]), nil])
    try await open().checkIntegrity()
  }

  @Test(arguments: LogMaker.allCases)
  func aHistoryNamesTheEditsOfEachEntry(_ kind: LogMaker) async throws {
    let edits = [EditIDs(ids(1)[0]), EditIDs(ids(1)[0], absorbed: ids(1))]
    let (open, revisions) = try await log(kind, edits)
    let history = try await open().history(of: revisions[0].summary.record) { _ in [] }
    #expect(history.map(\.edits) == edits.reversed())
  }

  @Test(arguments: LogMaker.allCases)
  func whatComesWithWhatTheLogHasIsFiledWithIt(_ kind: LogMaker) async throws {
    let (open, revisions) = try await log(kind, [EditIDs(ids(1)[0])])
    let (entry, record) = (revisions[0], revisions[0].summary.record)
    let side = try maker.coding.encode(maker.area("ONE", name: "Side", record: record))
    let (missing, other, again) = (
      try maker.id(of: maker.area("ONE", name: "Missing", record: record)), ids(1)[0], ids(1)[0]
    )
    let filed = FiledEdit(
      committed: Committed(position: LogPosition(1), revision: entry.id), record: record)
    func file(_ provenance: Provenance?) async throws {
      let provenance = try #require(provenance)
      let verdicts = try await open().commit(CommitQuestion()) { _ in
        [CommitDecision(edit: again, action: .file(provenance, filed))]
      }
      #expect(verdicts == [Verdict(edit: again, outcome: .alreadyCommitted(filed.committed))])
    }
    try await file(Provenance(absorbed: [other], ancestors: [side.encoded], open: [missing]))
    #expect(try await open().committed([other]) == [other: filed])
    #expect(try await open().status().head.position == LogPosition(1), "nothing was appended")
    let wanted = WantedRevision(record: record, revision: missing)
    #expect(try await open().status().wanted == [wanted])
    var question = CommitQuestion()
    question.revisions = [side.id: record]
    question.wanted = [missing: record, side.id: record]
    let facts = try await open().facts(for: question)
    #expect(facts.revisions == [side.id: filed.committed])
    #expect(facts.wanted == [missing: filed.committed])
    let found = try maker.coding.encode(maker.area("ONE", name: "Missing", record: record))
    #expect(found.id == missing)
    try await file(Provenance(ancestors: [found.encoded]))
    #expect(try await open().status().wanted.isEmpty)
  }
}
