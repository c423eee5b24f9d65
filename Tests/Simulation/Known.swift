/// What production does not promise yet, and the simulation found: each is excused by its oracle until it
/// is mended, so that all else is looked at. Set one to false, and a seed that fails is found at once.
enum Known {
  /// A restored server has lost what stands behind a merge, and another office than the one that wrote it
  /// hands the merge back first: it has only the merge. Its own office then finds the merge in the log, and
  /// does not hand back what stands behind it.
  static let sidesAreLostWithTheServer = true

  /// A pull that breaks leaves a cursor that the log has, and a replica that has not all that the log holds up
  /// to there: of a record that changed twice only the later change was to come. If the server then loses
  /// that, the cursor is still one of its log, and the replica never learns what the record was before.
  static let cursorsInTheMiddleAreBelieved = false

  /// What is handed back has another edit id than it had. A copy that still holds the edit does not learn that
  /// the log has it: the server refuses it, since its second parent is behind the head, and it waits for ever.
  static let handedBackEditsAreRefusedFromACopy = true
}
