/// One table between an enum of ours and one of the wire, read both ways.
///
/// It is written as one exhaustive switch, so that the compiler asks for the row of a new case;
/// what the wire says is looked up among the same rows.
struct EnumTable<Ours: Hashable & CaseIterable & Sendable, Theirs: Equatable & Sendable>: Sendable {
  private let row: @Sendable (Ours) -> Theirs

  /// - Parameter row: what stands on the wire for each of ours, different for each.
  init(_ row: @escaping @Sendable (Ours) -> Theirs) { self.row = row }

  /// What stands on the wire for one of ours.
  subscript(ours: Ours) -> Theirs { row(ours) }

  /// Ours that the wire means; nil if only a newer version knows it.
  func ours(_ theirs: Theirs) -> Ours? { Ours.allCases.first { row($0) == theirs } }
}
