import LiaisonModel

/// The merge a second time, written straight from the design's table and as dumb as can be, to
/// compare with. Lists hold no element twice here, so that every diff has one answer.
enum DumbMerge {
  /// The merged value, or nil inside where the sides disagree.
  static func field(
    _ field: FieldDefinition, _ base: FieldValue?, _ ours: FieldValue?, _ theirs: FieldValue?
  ) -> FieldValue?? {
    if ours == theirs { return .some(ours) }
    if ours == base { return .some(theirs) }
    if theirs == base { return .some(ours) }
    switch field.type {
    case .texts:
      let merged = members(base, ours, theirs) { if case .texts(let set)? = $0 { set } else { [] } }
      return .some(merged.isEmpty ? nil : .texts(merged))
    case .references:
      let merged = members(base, ours, theirs) {
        if case .references(let set)? = $0 { set } else { [] }
      }
      return .some(merged.isEmpty ? nil : .references(merged))
    case .prose, .list:
      guard let merged = diff3(lines(base), lines(ours), lines(theirs)) else { return nil }
      if merged.isEmpty { return .some(nil) }
      if field.type == .list { return .some(.list(merged)) }
      return .some(.prose(merged.joined(separator: "\n")))
    default: break
    }
    switch (field.rule, ours, theirs) {
    case (.latest, .date(let one)?, .date(let other)?):
      return .some(.date(one > other ? one : other))
    case (.largest, .number(let one)?, .number(let other)?):
      return .some(.number(one > other ? one : other))
    case (.latest, _, _), (.largest, _, _): return .some(ours ?? theirs)
    default: return nil
    }
  }

  private static func members<Member>(
    _ base: FieldValue?, _ ours: FieldValue?, _ theirs: FieldValue?,
    _ read: (FieldValue?) -> Set<Member>
  ) -> Set<Member> {
    let (base, ours, theirs) = (read(base), read(ours), read(theirs))
    return base.union(ours).union(theirs).filter { member in
      base.contains(member)
        ? ours.contains(member) && theirs.contains(member)
        : ours.contains(member) || theirs.contains(member)
    }
  }

  private static func lines(_ value: FieldValue?) -> [String] {
    switch value {
    case .prose(let text)?: text.split(separator: "\n").map(String.init)
    case .list(let list)?: list
    default: []
    }
  }

  /// For sequences without repeats that keep one order: an element is kept where both sides have
  /// it; between two that all three have, one side at most may differ from the base.
  static func diff3(_ base: [String], _ ours: [String], _ theirs: [String]) -> [String]? {
    let stable = base.filter { ours.contains($0) && theirs.contains($0) }
    var result: [String] = []
    for mark in stable.map(Optional.some) + [nil] {
      let parts = [base, ours, theirs].map { list -> [String] in
        let start = result.last(where: stable.contains).flatMap { list.firstIndex(of: $0) }
        let end = mark.flatMap { list.firstIndex(of: $0) } ?? list.count
        return Array(list[(start.map { $0 + 1 } ?? 0)..<end])
      }
      if parts[1] == parts[2] || parts[2] == parts[0] {
        result += parts[1]
      } else if parts[1] == parts[0] {
        result += parts[2]
      } else {
        return nil
      }
      if let mark { result.append(mark) }
    }
    return result
  }
}
