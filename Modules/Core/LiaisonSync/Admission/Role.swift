/// What an office may do in a register, beside reading all of it.
public enum Role: String, Hashable, Sendable, CaseIterable {
  /// Nothing: its edits are refused.
  case reader
  /// Write; delete and restore what it made itself.
  case contributor
  /// Also delete and restore what other offices made.
  case registrar
}
