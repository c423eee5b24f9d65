public import LiaisonSync
internal import NIOCertificateReloading
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// How a server's connections are kept from others.
public enum ServerSecurity: Sendable {
  /// Not at all, and callers are believed: on loopback only.
  case insecureLoopback
  /// TLS 1.3 (RFC 8446). The server shows a certificate, and so do its callers, but for those of open calls.
  /// - Parameter replica: what names the replica by a certificate that the register's authority has signed,
  ///   X.509 in DER; nil for any other.
  case tls(ServedCredential, replica: @Sendable ([UInt8]) -> [UInt8]?)
}

/// What a server proves with who it is, which may be renewed while it serves: the next connection gets the new
/// one.
public final class ServedCredential: Sendable {
  /// What is spoken over TLS: HTTP/2 (RFC 9113 §3.2).
  static let spoken = "h2"

  private let served: Served
  private let context: NIOSSLContext

  /// - Throws: ``CertificateFault`` if it cannot be read.
  public init(_ credential: TLSCredential) throws {
    let read = try Read(credential)
    served = Served(read)
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: read.chain, privateKey: read.key)
    tls.minimumTLSVersion = .tlsv13
    tls.applicationProtocols = [Self.spoken]
    tls.certificateVerification = .optionalVerification
    // What a caller shows is looked at by the service.
    tls.trustRoots = .certificates([])
    tls.setCertificateReloader(served)
    context = try Read.faulting { try NIOSSLContext(configuration: tls) }
  }

  public var current: TLSCredential { served.current.withLock { $0.credential } }

  /// - Throws: ``CertificateFault`` if it cannot be read: then the last one is served on.
  public func renew(_ credential: TLSCredential) throws {
    let read = try Read(credential)
    served.current.withLock { $0 = read }
  }

  /// What speaks TLS on one connection. It asks the caller for a certificate, and takes any whose key the
  /// caller has, or none: which calls that may make, the service decides, so that a caller learns why it may
  /// not. The transport's own TLS either asks for none, or lets nobody through without one.
  func handler() -> NIOSSLServerHandler {
    NIOSSLServerHandler(
      context: context,
      customVerificationCallbackWithMetadata: { chain, promise in
        promise.succeed(
          .certificateVerified(VerificationMetadata(ValidatedCertificateChain(chain))))
      })
  }
}

/// What is served now.
private final class Served: CertificateReloader {
  let current: Mutex<Read>

  init(_ read: Read) { current = Mutex(read) }

  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
    let read = current.withLock { $0 }
    var override = NIOSSLContextConfigurationOverride()
    override.certificateChain = read.chain
    override.privateKey = read.key
    return override
  }
}

/// A credential as TLS takes it, read once for all connections.
private struct Read {
  let credential: TLSCredential
  let chain: [NIOSSLCertificateSource]
  let key: NIOSSLPrivateKeySource

  init(_ credential: TLSCredential) throws {
    self.credential = credential
    (chain, key) = try Self.faulting {
      (
        try credential.chain.map { .certificate(try NIOSSLCertificate(bytes: $0, format: .der)) },
        .privateKey(try NIOSSLPrivateKey(bytes: credential.key, format: .der))
      )
    }
  }

  static func faulting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw CertificateFault("the server's certificate cannot be served: \(error)")
    }
  }
}
