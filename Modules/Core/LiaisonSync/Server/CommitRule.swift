public import LiaisonModel

/// Whether edits may be appended: the only thing that a server decides. It never merges.
///
/// Its two halves stand on either side of the log: ``plan(_:)`` reads the edits and says what must be
/// known of the log, ``CommitPlan/decide(_:)`` answers from that alone. Both cost what the edits and
/// their references are in number, not what the log holds.
public struct CommitRule: Sendable {
  let office: OfficeID
  let role: Role
  let schema: Schema
  let isImport: Bool
  let isHealing: Bool
  let read: @Sendable ([UInt8]) throws -> Revision

  /// - Parameters:
  ///   - office: the office that pushes.
  ///   - role: what it may do.
  ///   - isImport: whether the edits are those of an import: it brings the numbers of all offices, and
  ///     the log may refer to records that it has only promised.
  ///   - isHealing: whether the office may hand back what other offices wrote.
  ///   - read: reads what a record was, where a rule binds only what has changed; one that throws binds
  ///     all.
  public init(
    office: OfficeID, role: Role = .registrar, schema: Schema, isImport: Bool = false,
    isHealing: Bool = false,
    read: @escaping @Sendable ([UInt8]) throws -> Revision = {
      throw CodingError.malformed("\($0.count) bytes are not read")
    }
  ) {
    self.office = office
    self.role = role
    self.schema = schema
    self.isImport = isImport
    self.isHealing = isHealing
    self.read = read
  }

  /// An edit that has been read, before its transaction starts.
  public struct Candidate: Sendable {
    public let edit: EditID
    /// The name of its bytes, also if these cannot be read; nil if it came without.
    public let revision: RevisionID?
    public let content: Result<Content, Refusal>

    public struct Content: Sendable {
      public let filed: FiledRevision
      public let revision: Revision
      /// Nil for most.
      public let provenance: Provenance?
      /// Whether the register has had the revision and lost it.
      public let isReoffer: Bool
      /// Whether the office has sent it before.
      public let wasSent: Bool

      public init(
        filed: FiledRevision, revision: Revision, provenance: Provenance? = nil,
        isReoffer: Bool = false, wasSent: Bool = false
      ) {
        self.filed = filed
        self.revision = revision
        self.provenance = provenance
        self.isReoffer = isReoffer
        self.wasSent = wasSent
      }
    }

    public init(edit: EditID, revision: RevisionID?, content: Result<Content, Refusal>) {
      self.edit = edit
      self.revision = revision
      self.content = content
    }

    /// Reads an edit as it came from an office.
    public init(_ edit: Edit, coding: any RevisionCoding) {
      let name = coding.id(of: edit.bytes)
      self.init(
        edit: edit.id, revision: name,
        content: Result {
          let revision = try coding.decode(edit.bytes)
          let encoded = EncodedRevision(id: name, bytes: edit.bytes)
          guard edit.absorbed.count <= SyncLimits.askedEdits else {
            throw CodingError.tooLarge("the list of absorbed edits", limit: SyncLimits.askedEdits)
          }
          var open: [RevisionID] = []
          let ancestors = try Self.ancestors(of: revision, edit.ancestors, &open, coding)
          return Content(
            filed: FiledRevision(encoded, RevisionSummary(revision)), revision: revision,
            provenance: Provenance(absorbed: edit.absorbed, ancestors: ancestors, open: open),
            isReoffer: edit.isReoffer, wasSent: edit.wasSent)
        }.mapError { Refusal(.malformed, "\($0)") })
    }

    /// Reads what stands behind a second parent.
    /// - Parameter open: gets what those were made from, and did not come.
    /// - Throws: ``CodingError`` for what cannot be read, or does not stand there.
    private static func ancestors(
      of revision: Revision, _ ancestors: [[UInt8]], _ open: inout [RevisionID],
      _ coding: any RevisionCoding
    ) throws -> [EncodedRevision] {
      guard ancestors.count <= SyncLimits.ancestors else {
        throw CodingError.tooLarge("the list of ancestors", limit: SyncLimits.ancestors)
      }
      var next = revision.secondParent
      let chain = try ancestors.map { bytes in
        let name = coding.id(of: bytes)
        let ancestor = try coding.decode(bytes)
        guard name == next, ancestor.record == revision.record else {
          throw CodingError.malformed("an ancestor does not stand behind the second parent")
        }
        next = ancestor.secondParent
        if let parent = ancestor.parent, !open.contains(parent) { open.append(parent) }
        return EncodedRevision(id: name, bytes: bytes)
      }
      open = (open + [next].compactMap(\.self)).filter { name in !chain.contains { $0.id == name } }
      return chain
    }
  }

  /// Everything that can be said of a batch without the log.
  public func plan(_ batch: [Candidate]) -> CommitPlan {
    var seen: Set<EditID> = []
    var references = 0
    let kinds = Dictionary(schema.kinds.map { ($0.number, $0) }) { first, _ in first }
    let fields = kinds.mapValues(ReferenceField.all)
    let items = batch.map { candidate -> CommitPlan.Entry in
      guard seen.insert(candidate.edit).inserted else {
        return .repeated(candidate.edit)
      }
      switch candidate.content {
      case .failure(let refusal):
        return .refused(candidate.edit, candidate.revision, refusal)
      case .success(let content):
        let item = CommitItem(
          edit: candidate.edit, content, fields[content.revision.kind] ?? [],
          kinds[content.revision.kind],
          by: office, isImported: isImport)
        references += item.references.reduce(0) { $0 + $1.targets.count }
        if let refusal = refusal(content, references) {
          return refusal.reason == .office && content.isReoffer
            ? .offered(item, refusal) : .refused(candidate.edit, candidate.revision, refusal)
        }
        return .item(item, fault: fault(in: content.revision))
      }
    }
    return CommitPlan(items, self)
  }

  /// What no state of the log can mend, whatever the revision's base.
  private func refusal(_ content: Candidate.Content, _ references: Int) -> Refusal? {
    let revision = content.revision
    // What the register had from it, it hands back whatever it may do now.
    guard role != .reader || content.isReoffer else {
      return Refusal(.role, "the office is a reader: it writes nothing here")
    }
    guard revision.office == office || isHealing else {
      return Refusal(.office, "the revision names office \(revision.office), not \(office)")
    }
    guard references <= SyncLimits.batchReferences else {
      return Refusal(
        .invalid, "the batch has more than \(SyncLimits.batchReferences) references before it ends")
    }
    return nil
  }

  /// What the schema has against the revision, if the record was nothing before.
  private func fault(in revision: Revision) -> CommitPlan.Fault? {
    if let fault = TextRules.problem(withWord: revision.author) {
      return .certain(Refusal(.invalid, "the author \(fault)"))
    }
    if let fault = TextRules.problem(withLine: revision.note) {
      return .certain(Refusal(.invalid, "the note \(fault)"))
    }
    guard let refusal = refusal(of: revision, since: nil) else { return nil }
    return revision.parent == nil ? .certain(refusal) : .sinceParent(revision, refusal)
  }

  /// What the schema has against a change.
  func refusal(of revision: Revision, since before: RecordState?) -> Refusal? {
    // An import brings a whole register, with what only newer versions know.
    let problems =
      schema.problems(
        with: revision.state, of: revision.kind, since: before, takesOpaque: isImport)
      + (isImport
        ? [] : schema.strangers(in: revision.state, of: revision.kind, since: before))
    return problems.first.map { Refusal(.invalid, $0.message) }
  }
}
