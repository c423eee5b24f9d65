import LiaisonModel
import LiaisonServer
import LiaisonSync
import TestSupport
import Testing

/// A register that goes to another store as a whole.
struct RegisterMoveTests {
  let scratch: Scratch
  let maker: AreaMaker
  let entry = AuditEntry(time: .millisecond(77), .moved, "", by: "A")

  init() throws {
    scratch = try Scratch()
    maker = try AreaMaker(seed: 31)
  }

  private struct Broken: Error {}

  private var copy: RegisterCopy { RegisterCopy(coding: maker.coding) }

  private func register(in place: StorePlace) async throws -> FilledRegister {
    try await place.create(
      maker.newID(), Standing(certificate: [1], key: [2, 0], hosts: ["b", "a"], port: 7401),
      maker.coding)
    return try await FilledRegister(try await place.open(maker.coding), maker)
  }

  private func move(
    _ source: StorePlace, to target: StorePlace, isForced: Bool = false,
    thenThrowing isBroken: Bool = false
  ) async throws -> RegisterSum {
    let store = try await source.open(maker.coding, for: .reading)
    return try await target.fill(maker.coding) { place in
      let sum = try await copy.move(
        store, to: "\(target)", isForced: isForced, noting: entry, into: place)
      if isBroken { throw Broken() }
      return sum
    }
  }

  private func note(in store: any RegisterStore) async throws {
    try await store.change { [entry] in try $0.note(entry) }
  }

  private func isMissing(_ place: StorePlace) async throws -> Bool {
    do {
      _ = try await place.open(maker.coding, for: .reading)
      return false
    } catch StoreError.missing {
      return true
    }
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func itIsTheSameThereAndAfterItCameBack(_ kind: StorePlace.Kind) async throws {
    let places = try [kind, kind.other, kind].enumerated().map { number, kind in
      try kind.new(in: scratch, "place\(number)")
    }
    _ = try await register(in: places[0])
    let first = try await places[0].open(maker.coding).parts()
    #expect(Set(first.map(\.table)).count == 14, "something is in every table")
    for (source, target) in zip(places, places.dropFirst()) {
      let sum = try await move(source, to: target)
      let (before, after) = (
        try await source.open(maker.coding, for: .reading), try await target.open(maker.coding)
      )
      let parts = try await after.parts()
      #expect(try await before.parts() == parts)
      let status = try await after.status()
      #expect(status.head == sum.head)
      #expect(try await before.status().head == sum.head)
      #expect(status.head.position == LogPosition(5) && sum.records == 2 && sum.replicas == 2)
      #expect(status.schema.version == 2 && status.isHealing)
      let standing = try await after.standing()
      #expect(standing.hosts == ["b", "a"] && standing.key == [2, 0] && standing.port == 7401)
      try await after.checkIntegrity()
    }
    // But for the two moves in its audit log.
    let last = try await places[2].open(maker.coding).parts()
    #expect(last.dropLast() == first.dropLast())
    let acts = try await places[2].open(maker.coding).audit(limit: 9).map(\.act)
    #expect(acts.prefix(2) == [.moved, .moved])
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func whatWasAnsweredBeforeIsThereAlready(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    let filled = try await register(in: old)
    _ = try await move(old, to: new)
    let store = try await new.open(maker.coding)
    let again = try await FilledRegister.push(filled.answered, to: store, maker)
    let isThere = again.map { outcome in
      if case .alreadyCommitted = outcome { true } else { false }
    }
    #expect(isThere == [true, true])
    #expect(try await store.status().head.position == LogPosition(5))
    let known = try await store.committed(Set(filled.absorbed))
    #expect(known.values.map(\.committed.position.number) == [4, 4])
    // It goes on where it was.
    let next = try await store.push([maker.area("NEXT")], maker)
    #expect(next.map(\.committed?.position.number) == [6])
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func theOldPlaceTakesNothingMoreAndCanBeRead(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    _ = try await register(in: old)
    let open = try await old.open(maker.coding)
    _ = try await move(old, to: new)
    let moved = StoreError.moved(to: "\(new)")
    await #expect(throws: moved) { try await old.open(maker.coding) }
    let late = try maker.area("LATE")
    await #expect(throws: moved) { _ = try await open.push([late], maker) }
    await #expect(throws: moved) { _ = try await open.transaction { try $0.schema() } }
    await #expect(throws: moved) { try await note(in: open) }
    #expect(try await open.status().head.position == LogPosition(5))
    #expect(try await open.operation().movedTo == "\(new)")
    #expect(try await new.open(maker.coding).operation().movedTo == nil)
    let third = try kind.other.new(in: scratch, "third")
    await #expect(throws: moved) { _ = try await move(old, to: third) }
    #expect(try await isMissing(third))
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func aPlaceThatHoldsSomethingIsRefused(_ kind: StorePlace.Kind) async throws {
    let (old, full) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "full"))
    _ = try await register(in: old)
    _ = try await register(in: full)
    await #expect {
      _ = try await move(old, to: full)
    } throws: { error in
      if case StoreError.exists = error { true } else { false }
    }
    _ = try await old.open(maker.coding).push([maker.area("NEXT")], maker)
    #expect(try await full.open(maker.coding).status().head.position == LogPosition(5))
  }

  /// As if the process had ended there: behind its giving up at the old place, before the new one is kept.
  @Test(arguments: StorePlace.Kind.allCases)
  func aMoveThatBreaksOffIsServedNowhereAndIsBegunAgain(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    _ = try await register(in: old)
    await #expect(throws: Broken.self) { _ = try await move(old, to: new, thenThrowing: true) }
    #expect(try await isMissing(new))
    await #expect(throws: StoreError.moved(to: "\(new)")) { try await old.open(maker.coding) }
    #expect(try await move(old, to: new).head.position == LogPosition(5))
    _ = try await new.open(maker.coding).push([maker.area("NEXT")], maker)
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func whatNeverArrivedGoesElsewhereIfThatIsForced(_ kind: StorePlace.Kind) async throws {
    let (old, lost) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "lost"))
    _ = try await register(in: old)
    await #expect(throws: Broken.self) { _ = try await move(old, to: lost, thenThrowing: true) }
    let new = try kind.other.new(in: scratch, "new")
    await #expect(throws: StoreError.moved(to: "\(lost)")) { try await move(old, to: new) }
    _ = try await move(old, to: new, isForced: true)
    await #expect(throws: StoreError.moved(to: "\(new)")) { try await old.open(maker.coding) }
    let store = try await new.open(maker.coding)
    _ = try await store.push([maker.area("NEXT")], maker)
    #expect(try await store.audit(limit: 9).map(\.act).prefix(2) == [.moved, .moved])
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func whatArrivesOtherwiseIsNotKeptAndNothingIsGivenUp(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    _ = try await register(in: old)
    let store = try await old.open(maker.coding)
    await #expect {
      _ = try await new.fill(maker.coding) { place in
        try await copy.move(store, to: "\(new)", noting: entry, into: Forgetful(place: place))
      }
    } throws: { error in
      if case StoreError.damaged = error { true } else { false }
    }
    #expect(try await isMissing(new))
    _ = try await old.open(maker.coding).push([maker.area("NEXT")], maker)
    let acts = try await store.audit(limit: 99).map(\.act)
    #expect(!acts.contains(.moved))
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func whatIsAnsweredWhileItMovesIsThereAfterwards(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    _ = try await register(in: old)
    let store = try await old.open(maker.coding)
    let answered = try await withThrowingTaskGroup(of: Int64.self) { group in
      for caller in 1...3 { group.addTask { try await push("OWN-\(caller)", to: store) } }
      try await waitUntil(store, isBehind: LogPosition(20))
      _ = try await move(old, to: new)
      return try await group.reduce(0, +)
    }
    let moved = try await new.open(maker.coding)
    #expect(try await moved.status().head.position.number == 5 + answered)
    #expect(answered >= 15)
    try await moved.checkIntegrity()
  }

  /// Edits one after the other, until the register has moved.
  /// - Returns: how many were answered.
  private func push(_ code: String, to store: any RegisterStore) async throws -> Int64 {
    var answered: Int64 = 0
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let area = try maker.area("\(code)-\(answered)")
      do {
        let outcomes = try await store.push([area], maker)
        #expect(outcomes[0].committed != nil)
        answered += 1
      } catch StoreError.moved {
        return answered
      }
    }
    throw Problem("the register takes edits where it was")
  }

  private func waitUntil(_ store: any RegisterStore, isBehind position: LogPosition) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await store.status().head.position < position {
      guard ContinuousClock.now < deadline else { throw Problem("nobody writes") }
    }
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func aCopyIsOfOneMomentWhileOthersGoOn(_ kind: StorePlace.Kind) async throws {
    let old = try kind.new(in: scratch, "old")
    _ = try await register(in: old)
    let store = try await old.open(maker.coding)
    try await withThrowingTaskGroup(of: Int64.self) { group in
      group.addTask { try await push("OWN", to: store) }
      for number in 1...3 {
        try await waitUntil(store, isBehind: LogPosition(Int64(10 * number)))
        let new = try kind.other.new(in: scratch, "new\(number)")
        let sum = try await new.fill(maker.coding) { try await copy.copy(store, into: $0) }
        #expect(sum.head.position >= LogPosition(Int64(10 * number)))
        #expect(try await store.has(sum.head))
      }
      _ = try await move(old, to: kind.other.new(in: scratch, "last"))
      for try await answered in group { #expect(answered >= 25) }
    }
  }

  @Test(arguments: StorePlace.Kind.allCases)
  func aRestoredRegisterIsHealingAndTrustsNoInvitation(_ kind: StorePlace.Kind) async throws {
    let (old, new) = (try kind.new(in: scratch, "old"), try kind.other.new(in: scratch, "new"))
    _ = try await register(in: old)
    let backup = try await old.open(maker.coding)
    try await backup.setHealing(false)
    _ = try await new.fill(maker.coding) { try await copy.restore(backup, into: $0) }
    let store = try await new.open(maker.coding)
    #expect(try await store.status().isHealing)
    #expect(try await store.sightings().isEmpty)
    let before = try await backup.generation()
    #expect(try await store.generation() == before + 1)
    let ends = try await store.invitations().map { ($0.replica == nil, $0.ends.milliseconds) }
    #expect(ends.map(\.0) == [true, false] && ends.map(\.1) == [1, 1000])
    #expect(try await store.status().head == backup.status().head)
  }
}

/// A place that loses the last word of the audit log.
private struct Forgetful: RegisterWriting {
  let place: any RegisterWriting

  func put(_ part: RegisterPart) throws {
    guard case .audit(let rows) = part else { return try place.put(part) }
    try place.put(.audit(rows.dropLast()))
  }

  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws {
    try place.forEachPart(body)
  }
}

extension RegisterPart {
  /// The name of its case.
  fileprivate var table: String { String("\(self)".prefix { $0 != "(" }) }
}
