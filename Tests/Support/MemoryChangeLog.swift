public import LiaisonModel
public import LiaisonSync
import Synchronization

/// A change log in memory, in the plainest way: what every other one is compared with.
public final class MemoryChangeLog: ChangeLog {
  struct State {
    struct Head {
      var position: LogPosition
      var revision: FiledRevision
      var links = Links()
    }

    var offices: [OfficeID: Office] = [:]
    var edits: [EditID: Committed] = [:]
    var entries: [Entry] = []
    var heads: [RecordID: Head] = [:]
    var position = LogPosition.zero
  }

  /// What the log was asked, for tests that count.
  public struct Work: Sendable {
    public var commits = 0
    public var facts = 0
    /// How often it was read.
    public var reads = 0
  }

  private let register: RegisterID
  private let lineage: Lineage
  private let schema: Schema
  private let state = Mutex(State())
  private let done = Mutex(Work())

  public init(register: RegisterID, lineage: Lineage, schema: Schema) {
    self.register = register
    self.lineage = lineage
    self.schema = schema
  }

  public var work: Work { done.withLock { $0 } }

  public func status() async throws -> LogStatus {
    LogStatus(
      register: register,
      head: Cursor(lineage: lineage, position: state.withLock { $0.position }), schema: schema)
  }

  public func count(after position: LogPosition) async throws -> RecordCount {
    let heads = changed(after: position)
    return RecordCount(
      all: heads.count, live: heads.count { !$0.revision.summary.isDeleted })
  }

  public func office(_ id: OfficeID) async throws -> Office? {
    state.withLock { $0.offices[id] }
  }

  public func offices() async throws -> [Office] {
    state.withLock { $0.offices.values.sorted { $0.id.text < $1.id.text } }
  }

  public func add(_ office: Office) async throws {
    try state.withLock { state in
      guard state.offices[office.id] == nil else {
        throw StoreError.exists("the register has an office \(office.id) already")
      }
      state.offices[office.id] = office
    }
  }

  public func changes(after position: LogPosition, limit: BatchLimit) async throws -> LogBatch {
    done.withLock { $0.reads += 1 }
    var changes: [Change] = []
    var size = 0
    for head in changed(after: position) {
      size += head.revision.bytes.count
      if let last = changes.last, changes.count >= limit.count || size > limit.bytes {
        return LogBatch(changes: changes, through: last.position, isLast: false)
      }
      changes.append(Change(position: head.position, bytes: head.revision.bytes))
    }
    let head = state.withLock { $0.position }
    return LogBatch(changes: changes, through: max(head, position), isLast: true)
  }

  private func changed(after position: LogPosition) -> [State.Head] {
    state.withLock { state in
      state.heads.values.filter { $0.position > position }.sorted { $0.position < $1.position }
    }
  }

  public func forEachRevision(
    _ body: @escaping @Sendable (KeptRevision) throws -> Void
  ) async throws {
    let (entries, heads) = state.withLock { ($0.entries, $0.heads) }
    let sorted = entries.sorted {
      let (one, other) = ($0.revision.summary.record, $1.revision.summary.record)
      return one == other ? $0.position < $1.position : one < other
    }
    for entry in sorted {
      let record = entry.revision.summary.record
      let head = heads[record].flatMap { $0.position == entry.position ? $0 : nil }
      try body(
        KeptRevision(
          position: entry.position, record: record, encoded: entry.revision.encoded,
          filed: head?.revision.summary, links: head?.links ?? Links()))
    }
  }

  public func commit(
    _ question: CommitQuestion,
    decide: @escaping @Sendable (CommitFacts) throws -> [CommitDecision]
  ) async throws -> [Verdict] {
    try await transaction { log in
      let facts = try log.facts(for: question)
      self.done.withLock { work in
        work.commits += 1
        work.facts += facts.count
      }
      return try log.append(decide(facts))
    }
  }

  public func transaction<Result: Sendable>(
    _ body: @escaping @Sendable (any LogTransaction) throws -> Result
  ) async throws -> Result {
    try state.withLock { state in
      let transaction = MemoryLogTransaction(state)
      let result = try body(transaction)
      state = transaction.state
      return result
    }
  }

  public func checkIntegrity() async throws {}
}

/// A copy of the log, which takes the log's place when the transaction ends.
private final class MemoryLogTransaction: LogTransaction {
  var state: MemoryChangeLog.State

  init(_ state: MemoryChangeLog.State) { self.state = state }

  func facts(for question: CommitQuestion) throws -> CommitFacts {
    var facts = CommitFacts()
    facts.known = state.edits.filter { question.edits.contains($0.key) }
    facts.offices = question.offices.filter { state.offices[$0] != nil }
    for record in question.records {
      guard let head = state.heads[record]?.revision else { continue }
      facts.heads[record] = LogHead(
        revision: head.id, kind: head.summary.kind, code: head.summary.code,
        isDeleted: head.summary.isDeleted)
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

  func append(_ decisions: [CommitDecision]) throws -> [Verdict] {
    decisions.map { decision in
      switch decision.action {
      case .answer(let outcome): return Verdict(edit: decision.edit, outcome: outcome)
      case .append(let revision, let links):
        state.position = state.position.next
        let committed = Committed(position: state.position, revision: revision.id)
        let old = state.heads[revision.summary.record]?.links ?? Links()
        state.entries.append(Entry(position: state.position, revision: revision))
        state.edits[decision.edit] = committed
        state.heads[revision.summary.record] = MemoryChangeLog.State.Head(
          position: state.position, revision: revision, links: links ?? old)
        return Verdict(edit: decision.edit, outcome: .committed(committed))
      }
    }
  }
}
