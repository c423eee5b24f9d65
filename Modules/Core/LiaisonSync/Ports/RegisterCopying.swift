/// A whole register at one moment, to be read from one end to the other. A port.
public protocol RegisterReading {
  /// Hands over all that the register holds, in the order of the cases of ``RegisterPart``; each case says how
  /// its rows are ordered. How many rows come at a time is up to the store; it takes the same memory however many
  /// there are.
  /// - Throws: ``StoreError``, and what the body throws.
  func forEachPart(_ body: @Sendable (RegisterPart) throws -> Void) throws
}

/// A place that a whole register is put into, and that nobody else sees yet. A port.
public protocol RegisterWriting: RegisterReading, Sendable {
  /// Adds a part, in the order in which ``RegisterReading/forEachPart(_:)`` hands them over.
  /// - Throws: ``StoreError``.
  func put(_ part: RegisterPart) throws
}
