// How a schema may take the place of another: what is there already is kept, and nothing that a record holds
// becomes unreadable. Rules bind changes, not states: that a field is required now, or bound more
// narrowly, is no fault.

extension Schema {
  /// The same with the names that its kinds and fields had in another schema: they stay as aliases.
  public func keepingNames(of old: Schema) -> Schema {
    Schema(
      unchecked: version,
      kinds.map { kind in old.kind(kind.number).map { kind.keepingNames(of: $0) } ?? kind })
  }

  /// Everything that stands against this schema in the place of another.
  public func faults(replacing old: Schema) -> [SchemaFault] {
    var faults: [SchemaFault] = []
    if version <= old.version { faults.append(SchemaFault(.versionNotNewer(than: old.version))) }
    for kind in old.kinds where self.kind(kind.number) == nil {
      faults.append(SchemaFault(.kindMissing(kind.name)))
    }
    for (index, kind) in kinds.enumerated() {
      guard let before = old.kind(kind.number) else { continue }
      for field in before.fields where kind.field(field.number) == nil {
        faults.append(SchemaFault(kind: index, .fieldMissing(field.name)))
      }
      for (place, field) in kind.fields.enumerated() {
        guard let before = before.field(field.number),
          let reason = field.fault(replacing: before)
        else { continue }
        faults.append(SchemaFault(kind: index, field: place, reason))
      }
    }
    return faults
  }
}

extension Kind {
  fileprivate func keepingNames(of old: Kind) -> Kind {
    Kind(
      number, name, label: label, coding: coding,
      fields: fields.map { field in
        guard let before = old.field(field.number) else { return field }
        var past = field.past
        // Who replaces a field may have its name.
        let heirs = fields.filter { $0.past.replaces == field.number }.map(\.name)
        let names = ([before.name] + before.past.aliases).filter { !heirs.contains($0) }
        past.aliases = past.aliases.adding(names, but: field.name)
        return FieldDefinition(
          field.number, field.name, label: field.label, type: field.type,
          isRequired: field.isRequired, rule: field.rule, constraints: field.constraints,
          past: past)
      }, aliases: aliases.adding([old.name] + old.aliases, but: name), unique: unique)
  }
}

extension [String] {
  fileprivate func adding(_ names: [String], but name: String) -> [String] {
    self + names.filter { $0 != name && !contains($0) }
  }
}

extension FieldDefinition {
  fileprivate func fault(replacing old: FieldDefinition) -> SchemaFault.Reason? {
    guard type.arity == old.type.arity, type.scalar.word == old.type.scalar.word,
      target == old.target
    else { return .typeChanged(old.type) }
    let known = Set(type.scalar.choices + past.choices)
    return old.type.scalar.choices.first { !known.contains($0) }.map { .wordDropped($0) }
  }
}
