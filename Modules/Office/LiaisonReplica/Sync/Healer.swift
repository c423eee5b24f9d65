internal import LiaisonModel
internal import LiaisonSync

/// Gives a server back what it has lost: each revision as it was, in the order of the old log, and what it
/// wants. What can no longer be taken as it was goes into the outbox, and is merged like any edit.
struct Healer {
  let endpoint: any SyncEndpoint
  let store: any ReplicaStore
  let environment: ReplicaEnvironment
  let limit: BatchLimit
  /// What the server says that it lacks.
  let wanted: [WantedRevision]
  /// The protocol that the server has chosen.
  let version: UInt32

  /// - Returns: nil if the server has lost nothing that this replica knows of.
  func handBack() async throws -> HandBack? {
    let turns = try await store.identity().turns
    let (offers, back) = try await store.read { reader in
      let lost = try Healer.offers(in: reader, environment)
      let more = try Healer.offers(of: wanted, in: reader, environment.coding)
      return (lost.offers + more, lost.back)
    }
    if !back.isEmpty { try await store.write(.durable) { try $0.forget(lost: back) } }
    guard !offers.isEmpty else { return nil }
    let call = HandingBack(offers, limit, environment)
    try await endpoint.push(
      next: { [store, version] in
        let identity = try await store.identity()
        guard let register = identity.register, let cursor = identity.cursor else {
          throw CallError.peerFault(.noHeader)
        }
        return await call.next().map {
          PushRequest(
            version: version, register: register, cursor: cursor, edits: $0)
        }
      },
      receive: { [store, environment] response in
        let answers = try await call.received(response)
        try await store.write(.durable) {
          try $0.check(turns: turns)
          try Healer.settle(answers, in: $0, environment)
        }
      })
    let answers = await call.answers
    let edits = try await lostEdits(of: answers)
    try await store.write(.durable) {
      try $0.check(turns: turns)
      try edits.make(in: $0)
    }
    return HandBack(handedBack: await call.found, waiting: answers.waiting)
  }

  /// What the log has by now of records that have moved on may not be here.
  private func lostEdits(of answers: [Answer]) async throws -> LostEdits {
    let history = HistoryFetch(store: store, environment: environment)
    var held: [RecordID: [Entry]] = [:]
    for record in Set(answers.filter { $0.fate.state != nil }.map(\.lost.record)).sorted() {
      held[record] = try await history.bring(record, from: endpoint)
    }
    return LostEdits(answers: answers, held: held, environment: environment)
  }

  /// A lost revision, and the bytes of what stands behind its second parent.
  struct Offer: Sendable {
    let lost: LostRevision
    let ancestors: [EncodedRevision]
    /// Whether it was never an entry: the server wants it, and that is all that becomes of it.
    var isWanted = false
  }

  /// A lost revision, and what the server said of it.
  struct Answer: Sendable {
    let lost: LostRevision
    let fate: LostRevision.Fate
  }

  /// What the replica has that the server may have lost.
  private struct Look: Sendable {
    var offers: [Offer] = []
    /// What a pull has brought is there again.
    var back: [RevisionID] = []
  }

  private static func offers(
    in reader: any ReplicaReader, _ environment: ReplicaEnvironment
  ) throws -> Look {
    var look = Look()
    for lost in try reader.lost() {
      let kept =
        try [reader.record(lost.record)?.head].compactMap(\.self)
        + reader.history(of: lost.record)
      if kept.contains(where: { $0.id == lost.revision.id }) {
        look.back.append(lost.revision.id)
      } else {
        let chain = try chain(behind: lost, in: reader, environment.coding)
        look.offers.append(Offer(lost: lost, ancestors: chain))
      }
    }
    return look
  }

  /// What the server wants, as far as it is here.
  private static func offers(
    of wanted: [WantedRevision], in reader: any ReplicaReader, _ coding: any RevisionCoding
  ) throws -> [Offer] {
    try wanted.compactMap { wanted in
      guard let revision = try reader.revision(wanted.revision, of: wanted.record) else {
        return nil
      }
      let lost = LostRevision(record: wanted.record, revision: revision, shared: nil)
      return Offer(
        lost: lost, ancestors: try chain(behind: lost, in: reader, coding), isWanted: true)
    }
  }

  /// What stands behind the second parent of a lost revision, as far as it is here.
  static func chain(
    behind lost: LostRevision, in reader: any ReplicaReader, _ coding: any RevisionCoding
  ) throws -> [EncodedRevision] {
    guard let second = try coding.decode(lost.revision.bytes).secondParent else { return [] }
    var bytes = 0
    // What goes beyond is wanted next time: a single edit must always fit into a message.
    let chain = try reader.chain(of: second, lost.record, coding).prefix(SyncLimits.ancestors)
      .prefix { revision in
        bytes += revision.bytes.count
        return bytes <= SyncLimits.ancestorBytes
      }
    return Array(chain)
  }

  /// Files what the register has again.
  private static func settle(
    _ answers: [Answer], in transaction: any ReplicaTransaction,
    _ environment: ReplicaEnvironment
  ) throws {
    var found: [Entry] = []
    var settled: [RevisionID] = []
    for answer in answers {
      switch answer.fate {
      case .waits, .isEdit, .isElsewhere: continue
      case .found(let position):
        let filed = try filed(answer.lost, environment.coding)
        found.append(Entry(position: position, revision: filed, edits: answer.lost.edits))
      }
      settled.append(answer.lost.revision.id)
    }
    if !found.isEmpty { try transaction.apply(own: found, environment.coding) }
    try transaction.forget(lost: settled)
  }

  static func filed(
    _ lost: LostRevision, _ coding: any RevisionCoding
  ) throws -> FiledRevision {
    FiledRevision(lost.revision, try coding.summary(of: lost.revision.bytes))
  }
}

extension LostRevision.Fate {
  /// As what an edit of it stands in the outbox; nil if it is none.
  var state: OutboxEntry.State? {
    switch self {
    case .isEdit(let state): state
    case .isElsewhere: .ready
    case .found, .waits: nil
    }
  }

  var isElsewhere: Bool { if case .isElsewhere = self { true } else { false } }

  var isSettled: Bool {
    switch self {
    case .found: true
    case .waits, .isEdit, .isElsewhere: false
    }
  }
}

extension [Healer.Answer] {
  /// How many wait until healing is open: other offices' revisions, and what their records became since.
  fileprivate var waiting: Int {
    let records = Set(filter { $0.fate == .waits }.map(\.lost.record))
    return count { !$0.fate.isSettled && records.contains($0.lost.record) }
  }
}

/// One push of what was lost.
private actor HandingBack {
  private var rest: ArraySlice<Healer.Offer>
  private var awaiting: [(edit: EditID, offer: Healer.Offer)] = []
  private(set) var answers: [Healer.Answer] = []
  /// How many are entries again that were none.
  private(set) var found = 0
  private let limit: BatchLimit
  private let environment: ReplicaEnvironment

  init(_ offers: [Healer.Offer], _ limit: BatchLimit, _ environment: ReplicaEnvironment) {
    rest = offers[...]
    self.limit = limit
    self.environment = environment
  }

  func next() -> [Edit]? {
    guard !rest.isEmpty else { return nil }
    var (bytes, count) = (limit.bytes, 0)
    for offer in rest.prefix(limit.count) {
      bytes -= offer.ancestors.reduce(offer.lost.revision.bytes.count) { $0 + $1.bytes.count }
      guard bytes >= 0 || count == 0 else { break }
      count += 1
    }
    awaiting = rest.prefix(count).map { ($0.lost.edits?.edit ?? environment.newEdit(), $0) }
    rest = rest.dropFirst(count)
    return awaiting.map {
      Edit(
        id: $0.edit, bytes: $0.offer.lost.revision.bytes,
        absorbed: $0.offer.lost.edits?.absorbed ?? [], ancestors: $0.offer.ancestors.map(\.bytes),
        isReoffer: true)
    }
  }

  /// - Returns: what the server said of each.
  func received(_ response: PushResponse) throws -> [Healer.Answer] {
    guard response.verdicts.map(\.edit) == awaiting.map(\.edit) else {
      throw CallError.peerFault(.otherVerdicts)
    }
    let new = try zip(awaiting, response.verdicts).compactMap { offered, verdict in
      guard !offered.offer.isWanted else { return nil as Healer.Answer? }
      if case .committed = verdict.outcome { found += 1 }
      return Healer.Answer(
        lost: offered.offer.lost,
        fate: try offered.offer.lost.fate(after: verdict.outcome, at: .zero))
    }
    answers += new
    awaiting = []
    return new
  }
}
