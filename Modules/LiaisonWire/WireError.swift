/// Why bytes are not a message, or a value cannot become one.
public struct WireError: Error, Sendable, CustomStringConvertible {
  public struct Code: Hashable, Sendable {
    private enum Name: Hashable { case malformed, notCanonical, unknown, tooLarge }
    private let name: Name
    /// The bytes do not decode, or a field holds what it may not.
    public static let malformed = Code(name: .malformed)
    /// The bytes decode, but are not the one encoding of what they say.
    public static let notCanonical = Code(name: .notCanonical)
    /// The message holds something that only a newer version knows.
    public static let unknown = Code(name: .unknown)
    /// The message is longer than its limit.
    public static let tooLarge = Code(name: .tooLarge)
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
