public import LiaisonModel

/// What a person did to a record at this office, and what its edit was before.
public struct UndoStep: Hashable, Sendable {
  public enum Action: String, Hashable, Sendable, CaseIterable {
    case new, edit, resolve, restore, delete, discard
  }

  public let record: RecordID
  public let kind: KindNumber
  /// The record's code as the person saw it.
  public let code: RecordCode
  public let action: Action
  public let time: Timestamp
  /// The edit that the person made; nil if it left none.
  public let after: EditID?

  public init(
    record: RecordID, kind: KindNumber, code: RecordCode, action: Action, time: Timestamp,
    after: EditID?
  ) {
    self.record = record
    self.kind = kind
    self.code = code
    self.action = action
    self.time = time
    self.after = after
  }

  /// Whether what it left is still there, and was not sent.
  public func canBeTakenBack(from pending: OutboxEntry?) -> Bool {
    guard let after else { return pending == nil }
    return pending?.amendment?.edit == after
      || pending?.edit == after && pending?.isInFlight == false
  }
}

/// A step that a replica remembers.
public struct RememberedStep: Hashable, Sendable {
  /// Its number in this replica.
  public let number: Int64
  public let step: UndoStep
  /// The record's edit before it; nil if it had none.
  public let before: OutboxEntry?

  public init(number: Int64, step: UndoStep, before: OutboxEntry?) {
    self.number = number
    self.step = step
    self.before = before
  }
}

extension ReplicaReader {
  /// An edit of a record as a person saw it who went on from it; nil if that is not remembered any more.
  public func seen(_ edit: EditID, of record: RecordID) throws -> EncodedRevision? {
    let before = try steps().lazy.filter { $0.step.record == record }.compactMap(\.before)
    return before.first { ($0.amendment?.edit ?? $0.edit) == edit }?.latest.encoded
  }
}
