/// Where one task waits for another; open once and for all.
public final class Gate: Sendable {
  private let stream: AsyncStream<Void>
  private let opening: AsyncStream<Void>.Continuation

  public init() { (stream, opening) = AsyncStream.makeStream(of: Void.self) }

  public func open() { opening.finish() }

  /// - Throws: `CancellationError`.
  public func wait() async throws {
    for await _ in stream {}
    try Task.checkCancellation()
  }
}
