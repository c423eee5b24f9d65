/// Why a replica cannot do what a person asked.
public struct ReplicaError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable {
      case unknownKind, unknownField, unknownCode, ambiguousCode, codeTaken, badInput, invalid
      case referred, inConflict, noConflict, notPending, unresolved, empty, deleted, nothingToDo
    }
    private let name: Name
    public static let unknownKind = Code(name: .unknownKind)
    public static let unknownField = Code(name: .unknownField)
    public static let unknownCode = Code(name: .unknownCode)
    public static let ambiguousCode = Code(name: .ambiguousCode)
    public static let codeTaken = Code(name: .codeTaken)
    public static let badInput = Code(name: .badInput)
    public static let invalid = Code(name: .invalid)
    public static let referred = Code(name: .referred)
    public static let inConflict = Code(name: .inConflict)
    public static let noConflict = Code(name: .noConflict)
    public static let notPending = Code(name: .notPending)
    public static let unresolved = Code(name: .unresolved)
    public static let empty = Code(name: .empty)
    public static let deleted = Code(name: .deleted)
    public static let nothingToDo = Code(name: .nothingToDo)
  }

  public let code: Code
  public let message: String
  /// What to try, as a command or a sentence.
  public let advice: String

  public init(_ code: Code, _ message: String, advice: String) {
    self.code = code
    self.message = message
    self.advice = advice
  }

  public var description: String { message }
}
