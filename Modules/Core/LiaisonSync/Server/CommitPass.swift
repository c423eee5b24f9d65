internal import LiaisonModel

/// Finds those of some edits that can be appended together.
///
/// It starts with all of them standing. Whoever needs what is not there falls, and with it whoever
/// needs the fallen one; what remains needs nothing but the log and itself. Who needs whom is a graph
/// that is made once, so a pass costs what the edits and their references are in number.
struct CommitPass {
  let items: [CommitItem]
  let facts: CommitFacts
  /// Why an edit has fallen; nil while it stands.
  var faults: [CommitFault?]
  /// Who falls with an edit, and why.
  private var dependents: [[(item: Int, fault: CommitFault)]]
  /// Who must be appended before an edit.
  var predecessors: [[Int]]
  /// Who has lost a code or a base to whom.
  private var losses: [(winner: Int, loser: Int)] = []

  init(_ items: [CommitItem], _ facts: CommitFacts) {
    self.items = items
    self.facts = facts
    faults = Array(repeating: nil, count: items.count)
    dependents = Array(repeating: [], count: items.count)
    predecessors = Array(repeating: [], count: items.count)
  }

  /// - Returns: all that can be appended, in the order in which it can.
  mutating func run() -> [CommitItem] {
    connect()
    share()
    breakCircles()
    let order = order()
    for index in standing where order.isStuck[index] {
      if takesACode(items[index]) {
        fall(index, .codeTaken)
      } else if let rule = takenKey(items[index]) {
        fall(index, .duplicate(rule))
      }
    }
    return order.indices.filter { faults[$0] == nil }.map { items[$0] }
  }

  /// Those that have fallen. Who kept another from something and fell itself comes last, so that it
  /// does not keep it from the other again.
  var left: [CommitItem] {
    let fallen = items.indices.filter { faults[$0] != nil }
    let back = Set(losses.map(\.winner))
    return (fallen.filter { !back.contains($0) } + fallen.filter(back.contains)).map { items[$0] }
  }

  /// What those that have fallen are told.
  var outcomes: [(EditID, Verdict.Outcome)] {
    items.indices.compactMap { index in
      faults[index].map { (items[index].edit, $0.outcome(of: items[index], facts)) }
    }
  }

  /// Whether those that have fallen might stand in another pass.
  var isWorthAnother: Bool {
    faults.contains { $0 == nil } || losses.contains { faults[$0.winner] != nil }
  }

  var standing: [Int] { items.indices.filter { faults[$0] == nil } }

  /// Takes an edit out, and all that need it.
  mutating func fall(_ index: Int, _ fault: CommitFault) {
    var falling = [(item: index, fault: fault)]
    while let next = falling.popLast() {
      guard faults[next.item] == nil else { continue }
      faults[next.item] = next.fault
      falling += dependents[next.item]
    }
  }
}

// MARK: Who needs whom

extension CommitPass {
  /// Where the edits of the pass are found.
  private struct Index {
    var revisions: [RevisionID: Int] = [:]
    /// The edit that makes a record.
    var makers: [RecordID: Int] = [:]
    var records: [RecordID: [Int]] = [:]
  }

  private mutating func connect() {
    var index = Index()
    for (place, item) in items.enumerated() {
      index.revisions[item.filed.id] = place
      index.records[item.record, default: []].append(place)
      if item.parent == nil, index.makers[item.record] == nil { index.makers[item.record] = place }
    }
    var fallen: [(Int, CommitFault)] = []
    for place in items.indices {
      if let fault = connect(place, index) { fallen.append((place, fault)) }
    }
    for (place, fault) in fallen { fall(place, fault) }
  }

  /// Notes what an edit needs of the others.
  /// - Returns: why it cannot be had; nil if it can.
  private mutating func connect(_ place: Int, _ index: Index) -> CommitFault? {
    let item = items[place]
    let head = facts.heads[item.record]?.revision
    if head != item.parent {
      guard let base = item.parent.flatMap({ index.revisions[$0] }) else { return .stale }
      dependents[base].append((place, .stale))
      predecessors[place].append(base)
    }
    if takesACode(item), let code = item.code, let holder = facts.holders[code] {
      let givers = index.records[holder]
      guard let giver = givers?.first(where: { items[$0].code != code }) else { return .codeTaken }
      dependents[giver].append((place, .codeTaken))
      predecessors[place].append(giver)
    }
    return connectKeys(place, index) ?? connectReferences(place, index)
  }

  private mutating func connectKeys(_ place: Int, _ index: Index) -> CommitFault? {
    let item = items[place]
    for (rule, unique) in (item.unique ?? []).enumerated() {
      guard let holder = facts.keyHolders[unique.key], holder != item.record else { continue }
      let giver = index.records[holder]?.first { giver in
        items[giver].unique?.contains { $0.key == unique.key } == false
      }
      guard let giver else { return .duplicate(rule) }
      dependents[giver].append((place, .duplicate(rule)))
      predecessors[place].append(giver)
    }
    return nil
  }

  /// A rule about what is unique, if another record holds that and must give it up first.
  private func takenKey(_ item: CommitItem) -> Int? {
    item.unique?.firstIndex { unique in
      facts.keyHolders[unique.key].map { $0 != item.record } ?? false
    }
  }

  private mutating func connectReferences(_ place: Int, _ index: Index) -> CommitFault? {
    let item = items[place]
    var own: CommitFault?
    for references in item.references {
      let field = references.field
      for target in references.targets {
        if target == item.record {
          if item.kind != field.target, own == nil { own = .otherKind(field.number) }
          continue
        }
        let kind = facts.heads[target]?.kind ?? facts.promised[target]
        let maker = kind == nil ? index.makers[target] : nil
        guard let kind = kind ?? maker.map({ items[$0].kind }) else {
          return .missing(field.number)
        }
        guard kind == field.target else { return .otherKind(field.number) }
        if let maker { dependents[maker].append((place, .missing(field.number))) }
      }
    }
    return own
  }

  /// Whether another record has the item's code and must give it up first.
  private func takesACode(_ item: CommitItem) -> Bool {
    guard let code = item.code, let holder = facts.holders[code] else { return false }
    return holder != item.record
  }
}

// MARK: What only one can have

extension CommitPass {
  private struct Base: Hashable {
    let record: RecordID
    let parent: RevisionID?
  }

  /// Gives each base, each code and all that is unique to the first that wants it; the record that has a code keeps it
  /// as long as one of its edits does.
  private mutating func share() {
    var bases: [Base: Int] = [:]
    var codes: [RecordCode: Int] = [:]
    var keys: [UniqueKey: Int] = [:]
    for index in standing {
      let item = items[index]
      if let code = item.code, facts.holders[code] == item.record { codes[code] = index }
    }
    for index in standing where faults[index] == nil {
      let item = items[index]
      let base = Base(record: item.record, parent: item.parent)
      if let other = bases[base], faults[other] == nil {
        losses.append((other, index))
        fall(index, .stale)
        continue
      }
      bases[base] = index
      if let code = item.code {
        if let other = codes[code], faults[other] == nil, items[other].record != item.record {
          losses.append((other, index))
          fall(index, .codeTaken)
          continue
        }
        codes[code] = index
      }
      for (rule, unique) in (item.unique ?? []).enumerated() where faults[index] == nil {
        if let other = keys[unique.key], faults[other] == nil, items[other].record != item.record {
          losses.append((other, index))
          fall(index, .duplicate(rule))
        } else {
          keys[unique.key] = index
        }
      }
    }
  }
}
