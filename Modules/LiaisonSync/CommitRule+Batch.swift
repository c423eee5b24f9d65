internal import LiaisonModel

extension CommitRule {
  /// Decides the edits of one transaction, in their order.
  ///
  /// Records that the batch makes may refer to each other in any order, also in a circle, and one
  /// edit may take a code that another gives up: an edit that is refused for a reference or a code
  /// waits for the end, and then all that can stand together are appended together.
  /// - Returns: one verdict for each candidate, in their order.
  /// - Throws: only what the log throws.
  public func decide(_ batch: [Candidate], in log: any LogTransaction) throws -> [Verdict] {
    var verdicts: [Verdict] = []
    var waiting: [Int] = []
    for (index, candidate) in batch.enumerated() {
      let verdict = try decide(candidate, in: log)
      if case .refused(let refusal) = verdict.outcome,
        [.reference, .codeTaken].contains(refusal.code)
      {
        waiting.append(index)
      }
      verdicts.append(verdict)
    }
    // Each that is appended may be what another waits for.
    for _ in 0..<Limits.togetherPasses where !waiting.isEmpty {
      let group = try standing(together: waiting, of: batch, in: log)
      let companions = Alongside(group.compactMap { batch[$0].revision })
      var left: [Int] = []
      for index in waiting {
        let alongside = group.contains(index) ? companions : .nothing
        verdicts[index] = try decide(batch[index], in: log, alongside: alongside)
        if case .refused = verdicts[index].outcome { left.append(index) }
      }
      if left.count == waiting.count { break }
      waiting = left
    }
    return verdicts
  }

  /// The largest part of `waiting` whose members can all be appended if all of them are; none
  /// where that is not found within ``Limits/togetherPasses``.
  private func standing(
    together waiting: [Int], of batch: [Candidate], in log: any LogTransaction
  ) throws -> Set<Int> {
    var group = waiting
    for _ in 0..<Limits.togetherPasses {
      var codes: Set<Code> = []
      var records: Set<RecordID> = []
      let companions = Alongside(group.compactMap { batch[$0].revision })
      let left = try group.filter { index in
        guard let revision = batch[index].revision,
          try obstacle(to: batch[index], in: log, alongside: companions) == nil
        else { return false }
        return codes.insert(revision.state.code).inserted
          && records.insert(revision.record).inserted
      }
      if left.count == group.count { return Set(left) }
      group = left
    }
    return []
  }
}

extension CommitRule.Candidate {
  fileprivate var revision: Revision? { try? content.get().revision }
}
