/// What production does not promise yet, and the simulation found: each is excused by its oracle until it
/// is mended, so that all else is looked at. Set one to false, and a seed that fails is found at once.
enum Known {
  /// A restored server has lost what stands behind a merge, and another office than the one that wrote it
  /// hands the merge back first: it has only the merge. Its own office then finds the merge in the log, and
  /// does not hand back what stands behind it.
  static let sidesAreLostWithTheServer = true

  /// What is handed back has another edit id than it had. A copy, or a restored replica, that still holds the
  /// edit does not learn that the log has it: it waits there as refused or in conflict, or what is merged of
  /// it stands in the log a second time.
  static let handedBackEditsHaveOtherIDs = true
}
