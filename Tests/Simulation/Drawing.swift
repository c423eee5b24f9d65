import TestSupport

/// Draws a history from a seed.
struct Drawing {
  private var random: Seeded
  /// Each history is about a few fields: there people meet.
  private let singles: [Register.Field]
  private let collections: [Register.Field]
  private let sequences: [Register.Field]

  /// What is drawn, and how often beside the others. Whatever else can happen to a register gets its line
  /// here, a case in ``Action``, and what it does in ``World/perform(_:_:)``.
  enum Sort {
    case write, sync, resolve, undo, discard
    case crash, backUp, restore, copy, clone, lose, clock
    case serverCrash, serverBackUp, serverRestore, openHealing, closeHealing, arrive, schema
    case watch, program
  }

  static let weights: [(sort: Sort, weight: Int)] = [
    (.write, 110), (.sync, 70), (.resolve, 14), (.undo, 6), (.discard, 3),
    (.crash, 4), (.backUp, 6), (.restore, 7), (.copy, 4), (.clone, 1), (.lose, 1), (.clock, 2),
    (.serverCrash, 3), (.serverBackUp, 4), (.serverRestore, 3), (.openHealing, 1),
    (.closeHealing, 2), (.arrive, 2), (.schema, 4), (.watch, 6), (.program, 2),
  ]

  /// What may happen in the middle of a sync.
  private static let nested: [Sort] = [
    .write, .write, .write, .sync, .sync, .resolve, .undo, .discard, .crash, .serverCrash,
    .serverRestore, .closeHealing, .schema,
  ]

  private enum Writings: CaseIterable {
    case new, set, add, remove, move, rename, delete, restore
  }

  private static let writings: [(sort: Writings, weight: Int)] = [
    (.new, 8), (.set, 26), (.add, 26), (.remove, 18), (.move, 12), (.rename, 5), (.delete, 5),
    (.restore, 4),
  ]

  static func history(_ seed: UInt64) -> History {
    var drawing = Drawing(seed)
    return drawing.history(seed)
  }

  private init(_ seed: UInt64) {
    var random = Seeded(seed)
    func some(_ fields: [Register.Field], _ most: Int) -> [Register.Field] {
      Array(fields.shuffled(using: &random).prefix(Int.random(in: 1...most, using: &random)))
    }
    singles = some(Register.Field.singles, 4)
    collections = some(Register.Field.collections, 3)
    sequences = some(Register.Field.sequences, 2)
    self.random = random
  }

  private mutating func history(_ seed: UInt64) -> History {
    let length = 8 + number(random.once(in: 3) ? 60 : 24)
    let offices = 2 + number(random.once(in: 4) ? 5 : 2)
    let batch = random.pick([1, 2, 3, 5, 1000])
    let keeps = random.once(in: 4)
    return History(
      seed: seed, offices: offices, batch: batch, keepsConflicts: keeps,
      actions: (0..<length).map { _ in action(pick(Self.weights)) })
  }

  private mutating func number(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

  private mutating func pick<Sort>(_ weights: [(sort: Sort, weight: Int)]) -> Sort {
    var rest = number(weights.reduce(0) { $0 + $1.weight })
    for (sort, weight) in weights {
      rest -= weight
      if rest < 0 { return sort }
    }
    return weights[0].sort
  }

  private mutating func action(_ sort: Sort, isNested: Bool = false) -> Action {
    let at = number(8)
    switch sort {
    case .write: return .write(at: at, record: record(), writing())
    case .sync: return .sync(at: at, isNested ? [] : troubles())
    case .watch:
      let count = 6 + number(24)
      return .watch(at: at, lasting: count, isNested ? [] : troubles() + others(count))
    case .resolve:
      return .resolve(at: at, conflict: number(3), random.pick(Settlement.allCases))
    case .undo: return .undo(at: at)
    case .discard: return .discard(at: at, edit: number(3))
    case .crash: return .crash(at: at, keeping: number(4))
    case .backUp: return .backUp(at: at)
    case .restore: return .restore(at: at, backup: number(3))
    case .copy: return .copy(at: at)
    case .clone: return .clone(office: at)
    case .lose: return .lose(at: at)
    case .clock: return .clock(at: at, hours: number(24 * 400) - 24 * 200)
    case .serverCrash: return .server(.crash)
    case .serverBackUp: return .server(.backUp)
    case .serverRestore: return .server(.restore(backup: number(3)))
    case .openHealing: return .server(.healing(true))
    case .closeHealing: return .server(.healing(false))
    case .arrive: return .server(.arrive(number(2)))
    case .schema: return .server(.schema(number(12)))
    case .program: return .server(.program(number(3)))
    }
  }

  /// Most of what people do is about one record: there they meet.
  private mutating func record() -> Int { random.once(in: 3) ? number(4) : 0 }

  private mutating func troubles() -> [Trouble] {
    guard random.once(in: 2) else { return [] }
    return (0..<(1 + number(2))).map { _ in Trouble(point: number(14), what: trouble()) }
  }

  /// What other offices do while one watches.
  private mutating func others(_ count: Int) -> [Trouble] {
    (0..<1 + number(3)).map { _ in
      let sorts: [Sort] = [.write, .sync, random.pick(Self.nested)]
      return Trouble(
        point: 4 + number(count - 4),
        what: .meanwhile(sorts.map { action($0, isNested: true) }))
    }
  }

  private mutating func trouble() -> Trouble.What {
    switch number(12) {
    case 0..<3: return .cut
    case 3: return .twice
    case 4: return .late
    case 5: return .crash(keeping: number(4))
    case _:
      let count = 1 + number(3)
      return .meanwhile(
        (0..<count).map { _ in action(random.pick(Self.nested), isNested: true) })
    }
  }

  private mutating func writing() -> Writing {
    switch pick(Self.writings) {
    case .new: .new(kind: number(3) / 2, code: 3 + number(5))
    case .set: .set(random.pick(singles), number(40))
    case .add: .add(random.pick(collections), number(6))
    case .remove: .remove(random.pick(collections), number(6))
    case .move: .move(random.pick(sequences), from: number(6), to: number(6))
    case .rename: .rename(code: number(8))
    case .delete: .delete
    case .restore: .restore(revision: number(5))
    }
  }
}
