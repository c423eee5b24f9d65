public import LiaisonModel

extension ReplicaReader {
  /// A revision, and what stands behind its second parent, as far as it is here.
  public func chain(
    of name: RevisionID, _ record: RecordID, _ coding: any RevisionCoding
  ) throws -> [EncodedRevision] {
    var chain: [EncodedRevision] = []
    var next: RevisionID? = name
    while chain.count <= SyncLimits.ancestors, let name = next,
      let revision = try revision(name, of: record)
    {
      chain.append(revision)
      next = try coding.decode(revision.bytes).secondParent
    }
    return chain
  }

  /// Another sync of the same replica may have found the server restored meanwhile.
  /// - Parameter turns: how often the replica had gone back when the server was asked.
  /// - Returns: the replica's identity.
  /// - Throws: ``CallError/otherHistory`` if it has since: what the server answered is of a log that is gone.
  @discardableResult
  public func check(turns: Int) throws -> ReplicaIdentity {
    let identity = try identity()
    guard identity.turns == turns else { throw CallError.otherHistory }
    return identity
  }
}

extension ReplicaTransaction {
  /// Takes over edits of this office that the register has accepted. The cursor moves over those that
  /// are the log's next entries, so that the next pull need not bring them; others stay before it.
  public func apply(own entries: [Entry], _ hashing: any Hashing) throws {
    guard let cursor = try identity().cursor else {
      throw StoreError.damaged("the replica has sent something, and stands nowhere in the log")
    }
    let ordered = entries.sorted { $0.position < $1.position }
    var chain = LogChain(from: cursor, hashing)
    for entry in ordered where entry.position == chain.end.position.next {
      chain.append(entry.revision.id)
    }
    try apply(ordered, through: chain.end)
  }
}
