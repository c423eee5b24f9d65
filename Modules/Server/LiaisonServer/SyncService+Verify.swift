internal import LiaisonModel
public import LiaisonSync
internal import Synchronization

extension SyncService {
  /// Checks the store, every entry of the log against its name and the one before it, and what is derived
  /// from them.
  /// - Throws: ``StoreError/damaged(_:)`` if something is not what it should be.
  public func verify() async throws -> Verification {
    try await log.checkIntegrity()
    let verifier = Shared(Verifier(coding, log: try await log.status()))
    try await log.forEachEntry { entry, cursor in
      try verifier.value.withLock { try $0.add(entry, at: cursor) }
    }
    let schemas = try await log.schemas()
    try verifier.value.withLock { verifier in for logged in schemas { try verifier.add(logged) } }
    try await log.forEachRevision { kept in try verifier.value.withLock { try $0.add(kept) } }
    return try verifier.value.withLock { try $0.finish() }
  }

  /// The log hands its rows to a closure that any thread may call.
  private final class Shared: Sendable {
    let value: Mutex<Verifier>
    init(_ verifier: sending Verifier) { value = Mutex(verifier) }
  }
}
