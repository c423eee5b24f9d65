public import LiaisonModel

/// What a register's records say to a schema that is to become its own. Pure: it is shown the heads of the
/// kinds that it asks for, and answers.
public struct SchemaChange: Sendable {
  /// Two records that a rule of the schema does not let stand beside each other, or one that leads back to
  /// itself.
  public struct Breach: Hashable, Sendable, CustomStringConvertible {
    public let kind: String
    public let codes: [RecordCode]
    public let message: String

    public var description: String {
      "\(kind) \(codes.map(\.text).joined(separator: " and ")): \(message)"
    }
  }

  public let old: Schema
  /// With the names of the old one as aliases.
  public let new: Schema
  private var holders: [UniqueKey: RecordCode] = [:]
  private var links: [RecordID: (code: RecordCode, links: Links)] = [:]
  private var breaches: [Breach] = []

  public init(from old: Schema, to new: Schema) {
    self.old = old
    self.new = new.keepingNames(of: old)
  }

  /// Everything that is wrong whatever the records are.
  public var faults: [SchemaFault] { new.faults + new.faults(replacing: old) }

  /// The kinds whose records must be looked at: other fields lead in no circle, or other fields are unique.
  public var affected: [Kind] {
    new.kinds.filter { kind in
      guard let before = old.kind(kind.number) else { return false }
      return kind.unique != before.unique || kind.acyclic != before.acyclic
    }
  }

  /// - Returns: what the head is filed under from now on.
  public mutating func look(
    at record: RecordID, _ state: RecordState, of kind: Kind
  ) -> (links: Links, keys: [UniqueKey]) {
    var keys: [UniqueKey] = []
    for rule in kind.unique {
      guard let key = UniqueKey(rule, of: kind.number, in: state) else { continue }
      keys.append(key)
      guard let holder = holders.updateValue(state.code, forKey: key) else { continue }
      breaches.append(
        Breach(
          kind: kind.name, codes: [holder, state.code],
          message: "have the same \(kind.names(of: rule))"))
    }
    var links = Links()
    for number in kind.acyclic { links[number] = state.fields[number]?.sortedReferences ?? [] }
    self.links[record] = (state.code, links)
    return (links, keys)
  }

  /// What the records that it was shown have against the schema, at most so many; in their order.
  public func found(limit: Int) -> [Breach] {
    let (links, new) = (links, new)
    let circles = Circles(from: links.keys.sorted()) { links[$0]?.links ?? Links() }
    let leading = links.keys.sorted().flatMap { record -> [Breach] in
      guard let (code, links) = links[record] else { return [] }
      return links.targets.keys.sorted().filter { circles.contains($0, of: record) }.map { field in
        let kind = new.kinds.first { $0.acyclic.contains(field) && $0.field(field) != nil }
        return Breach(
          kind: kind?.name ?? "", codes: [code],
          message: "field '\(kind?.field(field)?.name ?? "")' leads back to its own record")
      }
    }
    return Array((breaches + leading).prefix(limit))
  }
}

extension Kind {
  /// The fields that lead in no circle, in their order.
  var acyclic: [FieldNumber] {
    fields.filter { $0.constraints.contains(.acyclic) }.map(\.number)
  }
}
