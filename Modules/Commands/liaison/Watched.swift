import LiaisonSync
import Synchronization

/// Notes whether a server has been believed: what was to be told was told then, or may have been.
final class Watched: Sendable {
  private let verified = Mutex(false)

  var isVerified: Bool { verified.withLock { $0 } }

  func watching(_ verifier: some ServerVerifier) -> any ServerVerifier {
    Verifier(inner: verifier) { self.verified.withLock { $0 = true } }
  }

  private struct Verifier<Inner: ServerVerifier>: ServerVerifier {
    let inner: Inner
    let done: @Sendable () -> Void

    func verify(_ chain: [[UInt8]], host: String) async throws(UntrustedServer) {
      try await inner.verify(chain, host: host)
      done()
    }
  }
}
