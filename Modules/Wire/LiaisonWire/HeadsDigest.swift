internal import Crypto
internal import LiaisonModel
internal import LiaisonSync

/// SHA-256 (FIPS 180-4) over the names of heads.
struct HeadsDigest: RegisterDigest {
  private var hash = SHA256()

  mutating func add(_ head: RevisionID) { hash.update(data: head.bytes) }

  func finish() -> String { RevisionID(hash.finalize()).description }
}
