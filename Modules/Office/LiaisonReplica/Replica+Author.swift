internal import LiaisonModel
internal import LiaisonSync

/// Who writes.
extension Replica {
  /// Who stands at what is written here now, and who said so.
  public func author() async throws -> AuthorView {
    let identity = try await store.identity()
    let source: AuthorView.Source =
      if environment.author != nil { .environment } else if identity.author != nil { .replica } else
      {
        .user
      }
    return AuthorView(author: environment.author(at: identity), source: source)
  }

  /// Names who writes here, if a call names nobody else.
  /// - Parameter author: one word or several; nil for the system's user.
  /// - Throws: ``ReplicaError/badAuthor(_:)``, ``StoreError``.
  public func setAuthor(_ author: String?) async throws {
    let author = author.map(TextRules.normalized)
    if let author, let fault = TextRules.problem(withWord: author) {
      throw ReplicaError.badAuthor(Problem(fault))
    }
    try await store.write(.durable) { try $0.setAuthor(author) }
  }
}

public struct AuthorView: Hashable, Sendable, Encodable {
  public enum Source: String, Sendable, Encodable {
    /// The call itself: LIAISON_AUTHOR.
    case environment
    case replica
    case user
  }

  public let author: String
  public let source: Source
}
