public import LiaisonModel
public import LiaisonSync

/// Why a schema does not become the register's. Nothing has changed then.
public enum SchemaRefusal: Error, Hashable, Sendable {
  /// The register has it already.
  case unchanged
  /// All that is wrong with it, and with it in the place of the register's.
  case faults([SchemaFault])
  /// Records break rules that are new; the first of them.
  case breaches([SchemaChange.Breach])
}

extension SyncService {
  /// Makes a schema the register's, while it is served: offices get it with their next pull.
  /// - Parameter isTrial: whether it is only tried.
  /// - Returns: the schema as the register has it then, with the names of the one before as aliases.
  /// - Throws: ``SchemaRefusal``, ``StoreError``.
  public func apply(
    _ schema: Schema, coding schemas: any SchemaCoding, isTrial: Bool = false
  ) async throws -> Schema {
    struct Trial: Error { let schema: Schema }
    do {
      let schema = try await log.transaction { [coding] log in
        let old = try log.schema()
        var change = SchemaChange(from: old.schema, to: schema)
        guard change.new != old.schema else { throw SchemaRefusal.unchanged }
        guard change.faults.isEmpty else { throw SchemaRefusal.faults(change.faults) }
        var filings: [(RecordID, Links, [UniqueKey])] = []
        for kind in change.affected {
          try log.forEachHead(of: kind.number) { head in
            let revision = try coding.decode(head.bytes)
            let (links, keys) = change.look(at: revision.record, revision.state, of: kind)
            filings.append((revision.record, links, keys))
          }
        }
        let breaches = change.found(limit: Tuning.shownBreaches)
        guard breaches.isEmpty else { throw SchemaRefusal.breaches(breaches) }
        guard !isTrial else { throw Trial(schema: change.new) }
        for (record, links, keys) in filings { try log.file(record, links: links, keys: keys) }
        try log.append(try schemas.encode(change.new))
        return change.new
      }
      commits.fire()
      return schema
    } catch let trial as Trial {
      return trial.schema
    }
  }
}
