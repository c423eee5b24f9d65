import LiaisonModel
import LiaisonSync
import TestSupport

/// Puts something into every table of a register.
struct FilledRegister {
  let maker: AreaMaker
  /// Edits that were answered, and those that they have taken in.
  let answered: [Edit]
  let absorbed: [EditID]

  init(_ store: any RegisterStore, _ maker: AreaMaker) async throws {
    self.maker = maker
    let (one, other) = (try maker.area("ONE"), try maker.area("OTHER"))
    answered = try [one, other].map { try maker.edit($0) }
    absorbed = [maker.newID(), maker.newID()]
    _ = try await Self.push(answered, to: store, maker)
    _ = try await store.transaction { transaction in
      try transaction.append(
        maker.coding.encode(Schema(version: 2, kinds: try TestRegister.schema().kinds)))
    }
    try await Self.merge(one, under: other.record, absorbed, store, maker)
    _ = try await store.append([try maker.deletion(of: other)], maker)
    try await Self.enrol(store, maker)
    try await store.setHealing(true)
  }

  /// A merge with all that can stand behind it, handed back by an office.
  private static func merge(
    _ area: Revision, under other: RecordID, _ absorbed: [EditID], _ store: any RegisterStore,
    _ maker: AreaMaker
  ) async throws {
    let next = try maker.coding.encode(
      maker.area(
        "ONE", name: "B", record: area.record, parent: maker.id(of: area), partOf: other))
    let side = try maker.coding.encode(maker.area("ONE", name: "S", record: area.record))
    let lost = try maker.id(of: maker.area("ONE", name: "L", record: area.record))
    let decision = CommitDecision(
      edit: maker.newID(),
      action: .append(
        LogAddition(
          next, links: Links([TestRegister.parent: [other], TestRegister.after: [other]]),
          keys: [UniqueKey(bytes: [1, 2, 3]), UniqueKey(bytes: [1])],
          provenance: Provenance(absorbed: absorbed, ancestors: [side.encoded], open: [lost]),
          handedBackBy: maker.office)))
    _ = try await store.commit(CommitQuestion()) { _ in [decision] }
  }

  /// Two replicas, one of which is revoked, one invitation that nobody used, and what was seen.
  private static func enrol(_ store: any RegisterStore, _ maker: AreaMaker) async throws {
    let ids: [ReplicaID] = [maker.newID(), maker.newID()]
    let office = maker.office
    try await store.change { roster in
      try roster.put(Office(id: office, name: "Vienna", role: .contributor, isDisabled: true))
      for (number, id) in ids.enumerated() {
        guard let key = Fingerprint(Array(repeating: UInt8(number), count: 32)) else {
          throw Problem("not a fingerprint")
        }
        try roster.put(
          EnrolledReplica(
            id: id, office: office, number: number + 1, note: "", key: key,
            enrolled: .millisecond(5), expires: .millisecond(9),
            revoked: number == 0 ? nil : .millisecond(7)))
        try roster.note(AuditEntry(time: .millisecond(5), .enrolled, "VIE", by: "A", note: "é"))
      }
      for (number, replica) in [ids[1], nil].enumerated() {
        try roster.put(
          IssuedInvitation(
            secret: Array(repeating: UInt8(9 - number), count: 32), office: office, note: "n",
            issued: .millisecond(1), ends: .millisecond(1000), replica: replica,
            exposed: number == 0 ? .millisecond(3) : nil))
      }
    }
    var seen = ReplicaSighting(called: .millisecond(8), peer: "ipv4:192.0.2.7:1")
    (seen.applied, seen.pushes, seen.client) = (LogPosition(2), 3, "0.1.0")
    let silent = seen
    seen.outbox = ReplicaSighting.Outbox(waiting: 2, oldest: .millisecond(2), conflicts: 1)
    try await store.put([ids[0]: seen, ids[1]: silent])
  }

  static func push(
    _ edits: [Edit], to store: any RegisterStore, _ maker: AreaMaker
  ) async throws -> [Verdict.Outcome] {
    let rule = CommitRule(office: maker.office, schema: try TestRegister.schema())
    let plan = rule.plan(
      try edits.map { edit in
        try maker.candidate(maker.coding.decode(edit.bytes), edit: edit.id)
      })
    return plan.arranged(try await store.commit(plan.question) { plan.decide($0) }).map(\.outcome)
  }
}

extension Timestamp {
  static func millisecond(_ number: Int64) -> Timestamp { Timestamp(milliseconds: number) }
}

extension RegisterStore {
  func parts() async throws -> [RegisterPart] {
    let parts = Collected<RegisterPart>()
    try await whole { try $0.forEachPart { parts.add($0) } }
    return parts.all
  }
}
