internal import LiaisonModel

/// Which links lie on a circle: those whose two ends are in one strongly connected component
/// (Tarjan, "Depth-first search and linear graph algorithms", 1972; here without recursion, since a
/// chain may be as long as the register).
struct Circles {
  private struct Node: Hashable {
    let record: RecordID
    let field: FieldNumber
  }

  /// A node on the path that is being followed.
  private struct Step {
    let node: Node
    let place: Int
    var targets: [Node]
  }

  private let links: (RecordID) -> Set<Link>
  private var places: [Node: Int] = [:]
  /// The earliest place that is reached from the node of a place.
  private var earliest: [Int] = []
  private var components: [Int?] = []
  private var open: [Int] = []
  private var componentCount = 0

  /// Looks at everything that is reached from some records.
  /// - Parameter links: what the acyclic fields of a record refer to.
  init(from records: [RecordID], links: @escaping (RecordID) -> Set<Link>) {
    self.links = links
    for record in records {
      for field in Set(links(record).map(\.field)) {
        visit(Node(record: record, field: field))
      }
    }
  }

  /// Whether following the link leads back to its record.
  func contains(_ link: Link, of record: RecordID) -> Bool {
    guard let from = places[Node(record: record, field: link.field)],
      let to = places[Node(record: link.target, field: link.field)]
    else { return false }
    return components[from] == components[to]
  }

  private mutating func visit(_ root: Node) {
    guard places[root] == nil else { return }
    var path = [enter(root)]
    while var step = path.popLast() {
      if let target = step.targets.popLast() {
        path.append(step)
        if let place = places[target] {
          if components[place] == nil { reach(place, from: step.place) }
        } else {
          path.append(enter(target))
        }
      } else {
        close(step.place)
        if let parent = path.last { reach(earliest[step.place], from: parent.place) }
      }
    }
  }

  private mutating func enter(_ node: Node) -> Step {
    let place = earliest.count
    places[node] = place
    earliest.append(place)
    components.append(nil)
    open.append(place)
    let targets = links(node.record).filter { $0.field == node.field }
    return Step(
      node: node, place: place,
      targets: targets.map { Node(record: $0.target, field: node.field) })
  }

  private mutating func reach(_ place: Int, from other: Int) {
    earliest[other] = min(earliest[other], place)
  }

  /// All that is reached from the place has been seen.
  private mutating func close(_ place: Int) {
    guard earliest[place] == place else { return }
    while let last = open.popLast() {
      components[last] = componentCount
      if last == place { break }
    }
    componentCount += 1
  }
}
