internal import LiaisonModel
public import LiaisonSync

// What a person takes back of what was not sent yet.
extension Replica {
  /// Takes back the last thing that a person did here and that was not sent yet.
  /// - Returns: what it was.
  /// - Throws: ``ReplicaError/nothingToUndo``.
  public func undo() async throws -> UndoStep {
    try await write { editor in
      let transaction = editor.transaction
      for remembered in try transaction.steps() {
        let step = remembered.step
        try transaction.forget(step: remembered.number)
        // What was sent, or is no longer there, cannot be taken back any more.
        let pending = try transaction.record(step.record)?.pending
        guard step.canBeTakenBack(from: pending) else { continue }
        if let before = remembered.before {
          try transaction.put(before)
        } else {
          try transaction.remove(step.record)
        }
        return step
      }
      throw ReplicaError.nothingToUndo
    }
  }

  /// What can be taken back now, one after the other, the last thing first.
  public func undoable() async throws -> [UndoStep] {
    try await read { snapshot in
      // What each step of a record would leave, once those after it are taken back.
      var left: [RecordID: OutboxEntry?] = [:]
      return try snapshot.reader.steps().compactMap { remembered in
        let record = remembered.step.record
        let pending = try left[record] ?? snapshot.reader.record(record)?.pending
        guard remembered.step.canBeTakenBack(from: pending) else { return nil }
        left[record] = .some(remembered.before)
        return remembered.step
      }
    }
  }
}
