internal import GRPCNIOTransportHTTP2Posix
public import LiaisonModel
public import LiaisonSync
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// How an office's connections are kept from others.
public enum ClientSecurity: Sendable {
  /// Not at all; the server believes that this is the office. On loopback only.
  case insecureLoopback(OfficeID)
  /// TLS, and both sides show a certificate.
  case tls(TLSCredential, any ServerVerifier)
}

/// What a connection's verification came to: the transport only tells that it failed.
final class Distrust: Sendable {
  private let reason = Mutex<UntrustedServer?>(nil)

  var why: UntrustedServer? { reason.withLock { $0 } }

  /// Says why the last server was not believed; nil if it was.
  fileprivate func set(_ why: UntrustedServer?) { reason.withLock { $0 = why } }
}

extension HTTP2ClientTransport.Posix.TransportSecurity {
  /// - Parameter host: whom the server's certificate must be for.
  static func liaison(_ security: ClientSecurity, host: String, _ distrust: Distrust) -> Self {
    guard case .tls(let credential, let verifier) = security else { return .plaintext }
    return .mTLS(
      certificateChain: credential.chain.map { .bytes($0, format: .der) },
      privateKey: .bytes(credential.key, format: .der)
    ) { tls in
      // The verifier looks at the host: in the certificate that counts, which need not be the first.
      tls.serverCertificateVerification = .noHostnameVerification
      // Nor are the system's authorities asked, and a small system has none.
      tls.trustRoots = .certificates([])
      tls.customVerificationCallback = { chain, promise in
        promise.completeWithTask {
          do {
            try await verifier.verify(try chain.map { try $0.toDERBytes() }, host: host)
            distrust.set(nil)
            return .certificateVerified(VerificationMetadata(ValidatedCertificateChain(chain)))
          } catch {
            distrust.set(error as? UntrustedServer ?? .otherAuthority)
            return .failed
          }
        }
      }
    }
  }
}
