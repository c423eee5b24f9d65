internal import GRPCNIOTransportHTTP2Posix
public import LiaisonSync
internal import NIOCertificateReloading
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// How a server's connections are kept from others.
public enum ServerSecurity: Sendable {
  /// Not at all, and callers are believed: on loopback only.
  case insecureLoopback
  /// TLS 1.3 (RFC 8446), and both sides show a certificate.
  /// - Parameter isOurs: whether the register's authority has signed a certificate, X.509 in DER.
  case tls(ServedCredential, isOurs: @Sendable ([UInt8]) -> Bool)
}

/// What a server proves with who it is, which may be renewed while it serves: the next connection gets the new
/// one.
public final class ServedCredential: Sendable {
  private let credential: Mutex<TLSCredential>

  public init(_ credential: TLSCredential) { self.credential = Mutex(credential) }

  public var current: TLSCredential {
    get { credential.withLock { $0 } }
    set { credential.withLock { $0 = newValue } }
  }
}

/// Gives each new connection the credential that is served then, which it reads once for all of them.
private final class Reloader: CertificateReloader {
  private let served: ServedCredential
  private let last = Mutex<(TLSCredential, NIOSSLContextConfigurationOverride)?>(nil)

  init(served: ServedCredential) { self.served = served }

  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
    let credential = served.current
    return last.withLock { last in
      if let last, last.0 == credential { return last.1 }
      let read = Self.read(credential)
      last = (credential, read)
      return read
    }
  }

  private static func read(_ credential: TLSCredential) -> NIOSSLContextConfigurationOverride {
    var override = NIOSSLContextConfigurationOverride()
    // What cannot be read leaves the connection without a certificate, which its peer refuses.
    override.certificateChain = try? credential.chain.map {
      .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
    }
    override.privateKey = try? .privateKey(NIOSSLPrivateKey(bytes: credential.key, format: .der))
    return override
  }
}

extension HTTP2ServerTransport.Posix.TransportSecurity {
  /// Asks each caller for a certificate, and takes any whose key the caller has: which calls it may make, the
  /// service decides, so that a caller learns why it may not.
  static func liaison(_ security: ServerSecurity) -> Self {
    guard case .tls(let credential, _) = security else { return .plaintext }
    return .mTLS(
      certificateChain: credential.current.chain.map { .bytes($0, format: .der) },
      privateKey: .bytes(credential.current.key, format: .der)
    ) { tls in
      tls.certificateReloader = Reloader(served: credential)
      tls.requireALPN = true
      tls.customVerificationCallback = { chain, promise in
        promise.succeed(
          .certificateVerified(VerificationMetadata(ValidatedCertificateChain(chain))))
      }
    }
  }
}
