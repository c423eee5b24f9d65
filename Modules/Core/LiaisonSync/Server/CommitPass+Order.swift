internal import LiaisonModel

/// Circles of links, and the order of what remains.
extension CommitPass {
  /// Takes out every edit with a link that lies on a circle. Without them older links count again, so
  /// it is looked once more; if that does not end, no edit that has to do with links remains.
  mutating func breakCircles() {
    let (items, facts) = (items, facts)
    for _ in 0..<Tuning.circleRounds {
      let last = lastItems()
      guard last.values.contains(where: { items[$0].links?.isEmpty == false }) else { return }
      let circles = Circles(from: Array(last.keys)) { record in
        last[record].flatMap { items[$0].links } ?? facts.links[record] ?? Links()
      }
      // In the order of the batch, and of the fields: the same facts give the same answers.
      let found = last.values.sorted().compactMap { index -> (Int, FieldNumber)? in
        let item = items[index]
        let fields = item.links?.targets.keys.filter { circles.contains($0, of: item.record) }
        return fields?.min().map { (index, $0) }
      }
      guard !found.isEmpty else { return }
      for (index, field) in found { fall(index, .leadsBack(field)) }
    }
    for index in standing {
      let acyclic = items[index].referenceFields.filter(\.isAcyclic)
      if let field = acyclic.min(by: { $0.name < $1.name }) {
        fall(index, .leadsBack(field.number))
      }
    }
  }

  /// Of each record's standing edits the last: no other is based on it.
  private func lastItems() -> [RecordID: Int] {
    let bases = Set(standing.compactMap { items[$0].parent })
    var last: [RecordID: Int] = [:]
    for index in standing where !bases.contains(items[index].filed.id) {
      last[items[index].record] = index
    }
    return last
  }

  struct Order {
    var indices: [Int] = []
    /// Those that wait for each other: records that exchange their codes.
    var isStuck: [Bool]
  }

  /// Bases before what is based on them, and who gives a code up before who takes it.
  func order() -> Order {
    let standing = standing
    var waits = predecessors.map(\.count)
    var followers: [[Int]] = Array(repeating: [], count: items.count)
    for index in standing {
      for other in predecessors[index] { followers[other].append(index) }
    }
    var ready = standing.filter { waits[$0] == 0 }
    var next = 0
    while next < ready.count {
      for follower in followers[ready[next]] {
        waits[follower] -= 1
        if waits[follower] == 0 { ready.append(follower) }
      }
      next += 1
    }
    return Order(indices: ready, isStuck: waits.map { $0 > 0 })
  }
}
