internal import GRPCCore
internal import LiaisonSync

extension RPCAsyncSequence where Element: Sendable {
  /// The one message of a call that takes one.
  /// - Throws: ``CallError/malformed`` if there is none, or another.
  func only() async throws -> Element {
    var only: Element?
    for try await message in self {
      guard only == nil else { throw CallError.malformed }
      only = message
    }
    guard let only else { throw CallError.malformed }
    return only
  }
}
