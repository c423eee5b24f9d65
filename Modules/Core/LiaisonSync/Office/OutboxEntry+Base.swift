internal import LiaisonModel

extension OutboxEntry {
  /// The same edit with a revision that stands on its base, and on what stands behind it: an amendment was
  /// made from the edit whose place it has taken.
  /// - Throws: what `coding` throws for bytes that it cannot read.
  public func standing(by coding: any RevisionCoding) throws -> OutboxEntry {
    guard !isInFlight, try coding.parent(of: ours.bytes) != base?.id else { return self }
    let revision = try coding.decode(ours.bytes)
    let again = try coding.encode(
      Revision(
        record: revision.record, kind: revision.kind, parent: base?.id,
        secondParent: ancestors.first, state: revision.state, origin: revision.origin))
    return OutboxEntry(
      edit: edit, absorbed: absorbed, base: base, ours: again, maker: maker, ancestors: ancestors,
      state: state)
  }
}
