public import LiaisonModel

/// One change of one field as a person writes it: `field=value`, `field+=member`, `field-=member`.
public struct Assignment: Hashable, Sendable {
  public enum Operation: Hashable, Sendable {
    case set
    case add
    case remove
  }

  public let name: String
  public let operation: Operation
  public let input: FieldInput

  public init(name: String, operation: Operation, input: FieldInput) {
    self.name = name
    self.operation = operation
    self.input = input
  }

  /// The same change of a field by another name.
  func named(_ name: String) -> Assignment {
    Assignment(name: name, operation: operation, input: input)
  }

  /// - Throws: ``ReplicaError/notAnAssignment(_:)``, ``ReplicaError/valueWithNUL``.
  public init(_ text: String) throws(ReplicaError) {
    // By scalars: what combines with the sign stands in the value.
    let scalars = text.unicodeScalars
    guard let equals = scalars.firstIndex(of: "="), equals > text.startIndex else {
      throw .notAnAssignment(text)
    }
    let value = String(scalars[scalars.index(after: equals)...])
    guard !value.contains("\0") else { throw .valueWithNUL }
    let before = String(scalars[..<equals])
    switch before.last {
    case "+": self.init(name: String(before.dropLast()), operation: .add, input: .one(value))
    case "-": self.init(name: String(before.dropLast()), operation: .remove, input: .one(value))
    case _: self.init(name: before, operation: .set, input: .one(value))
    }
  }
}
