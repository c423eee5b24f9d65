/// Whether a server answers its offices.
public enum ServerHealth: Hashable, Sendable {
  case serving
  /// It drains, or its store does not answer.
  case notServing
}
