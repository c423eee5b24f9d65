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
  /// - Parameter replica: what names the replica by a certificate that the register's authority has signed,
  ///   X.509 in DER; nil for any other.
  case tls(ServedCredential, replica: @Sendable ([UInt8]) -> [UInt8]?)
}

/// What a server proves with who it is, which may be renewed while it serves: the next connection gets the new
/// one.
public final class ServedCredential: Sendable {
  private struct Served {
    let credential: TLSCredential
    /// The same as the transport takes it, read once for all connections.
    let configuration: NIOSSLContextConfigurationOverride
  }

  private let served: Mutex<Served>

  /// - Throws: ``CertificateFault`` if the transport cannot read it.
  public init(_ credential: TLSCredential) throws {
    served = Mutex(try Self.read(credential))
  }

  public var current: TLSCredential { served.withLock { $0.credential } }

  /// - Throws: ``CertificateFault`` if the transport cannot read it: then the last one is served on.
  public func renew(_ credential: TLSCredential) throws {
    let read = try Self.read(credential)
    served.withLock { $0 = read }
  }

  fileprivate var configuration: NIOSSLContextConfigurationOverride {
    served.withLock { $0.configuration }
  }

  private static func read(_ credential: TLSCredential) throws -> Served {
    do {
      var configuration = NIOSSLContextConfigurationOverride()
      configuration.certificateChain = try credential.chain.map {
        .certificate(try NIOSSLCertificate(bytes: $0, format: .der))
      }
      configuration.privateKey = .privateKey(
        try NIOSSLPrivateKey(bytes: credential.key, format: .der))
      return Served(credential: credential, configuration: configuration)
    } catch {
      throw CertificateFault("the server's certificate cannot be served: \(error)")
    }
  }
}

private struct Reloader: CertificateReloader {
  let served: ServedCredential

  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride { served.configuration }
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
      // The system's authorities are not asked, and a small system has none: looking for them would fail.
      tls.trustRoots = .certificates([])
      tls.customVerificationCallback = { chain, promise in
        promise.succeed(
          .certificateVerified(VerificationMetadata(ValidatedCertificateChain(chain))))
      }
    }
  }
}
