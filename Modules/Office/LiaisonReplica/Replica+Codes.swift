public import LiaisonModel
internal import LiaisonSync

extension Replica {
  /// The codes that begin with a text, in capital letters or small ones: what a shell offers. It only reads.
  /// - Parameter limit: of more than these it gives the first, and the last of all at the end, so that what
  ///   they have in common, all have.
  public func codes(beginning text: String, limit: Int) async throws -> [RecordCode] {
    let text = text.uppercased()
    return try await store.read { try $0.codes(beginning: text, limit: limit) }
  }
}
