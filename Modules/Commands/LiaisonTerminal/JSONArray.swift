/// A JSON array of which each element is printed as it comes, as ``Output/json(_:)`` would print the whole.
public struct JSONArray: Sendable {
  private var isEmpty = true

  public init() {}

  public mutating func add(_ element: some Encodable) throws { Output.text(try next(element)) }

  public func end() { Output.line(last) }

  /// What is printed of the next element.
  package mutating func next(_ element: some Encodable) throws -> String {
    let lines = try Output.jsonText(of: element)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : "  \($0)" }
    defer { isEmpty = false }
    return (isEmpty ? "[\n" : ",\n") + lines.joined(separator: "\n")
  }

  /// What is printed behind the last element.
  package var last: String { isEmpty ? "[\n\n]" : "\n]" }
}
