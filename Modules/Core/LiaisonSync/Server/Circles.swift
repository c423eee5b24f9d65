internal import LiaisonModel

/// Which records lie on a circle of links: those of a strongly connected component that has several, or
/// that link to themselves (Tarjan, "Depth-first search and linear graph algorithms", 1972; here without
/// recursion, since a chain may be as long as the register).
struct Circles {
  private struct Node: Hashable {
    let record: RecordID
    let field: FieldNumber
  }

  /// A node on the path that is being followed.
  private struct Step {
    let place: Int
    let field: FieldNumber
    let targets: [RecordID]
    var next = 0
  }

  private let links: (RecordID) -> Links
  private var places: [Node: Int] = [:]
  /// The earliest place that is reached from the node of a place.
  private var earliest: [Int] = []
  private var isClosed: [Bool] = []
  private var isOnCircle: [Bool] = []
  private var open: [Int] = []

  /// Looks at everything that is reached from some records.
  /// - Parameter links: what the acyclic fields of a record refer to.
  init(from records: [RecordID], links: @escaping (RecordID) -> Links) {
    self.links = links
    for record in records {
      for field in links(record).targets.keys {
        visit(Node(record: record, field: field))
      }
    }
  }

  /// Whether one of the field's links leads back to their record.
  func contains(_ field: FieldNumber, of record: RecordID) -> Bool {
    places[Node(record: record, field: field)].map { isOnCircle[$0] } ?? false
  }

  private mutating func visit(_ root: Node) {
    guard places[root] == nil else { return }
    var path = [enter(root)]
    while let step = path.last {
      guard step.next < step.targets.count else {
        close(step.place)
        path.removeLast()
        if let parent = path.last { reach(earliest[step.place], from: parent.place) }
        continue
      }
      path[path.count - 1].next += 1
      let target = Node(record: step.targets[step.next], field: step.field)
      guard let place = places[target] else {
        path.append(enter(target))
        continue
      }
      if place == step.place { isOnCircle[place] = true }
      if !isClosed[place] { reach(place, from: step.place) }
    }
  }

  private mutating func enter(_ node: Node) -> Step {
    let place = earliest.count
    places[node] = place
    earliest.append(place)
    isClosed.append(false)
    isOnCircle.append(false)
    open.append(place)
    return Step(place: place, field: node.field, targets: links(node.record)[node.field])
  }

  private mutating func reach(_ place: Int, from other: Int) {
    earliest[other] = min(earliest[other], place)
  }

  /// All that is reached from the place has been seen: if nothing before it is, it and those after it
  /// that are still open are a component.
  private mutating func close(_ place: Int) {
    guard earliest[place] == place else { return }
    let isCircle = open.last != place
    while let last = open.popLast() {
      isClosed[last] = true
      if isCircle { isOnCircle[last] = true }
      if last == place { break }
    }
  }
}
