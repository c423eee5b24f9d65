internal import GRPCNIOTransportHTTP2Posix
public import LiaisonSync
internal import NIOCertificateReloading
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// How a server's connections are kept from others.
public enum ServerSecurity: Sendable {
  /// Not at all, and callers are believed: on loopback only.
  case insecureLoopback
  /// TLS 1.3 (RFC 8446), and both sides show a certificate.
  case tls(ServedCredential)
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

private struct Reloader: CertificateReloader {
  let served: ServedCredential

  var sslContextConfigurationOverride: NIOSSLContextConfigurationOverride {
    var override = NIOSSLContextConfigurationOverride()
    let credential = served.current
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
    guard case .tls(let credential) = security else { return .plaintext }
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

/// Closes a connection whose handshake does not come to an end, or that has agreed on an older version of TLS than 1.3: the transport fixes the oldest at
/// 1.2 and has no setting for it.
final class OnlyTLS13: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private var end: Scheduled<Void>?

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    end = context.eventLoop.scheduleTask(in: TimeAmount(SyncLimits.enrolmentPatience)) {
      channel.close(promise: nil)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    end?.cancel()
    context.fireChannelInactive()
  }

  static func watch(_ connection: any Channel) -> EventLoopFuture<Void> {
    connection.eventLoop.makeCompletedFuture {
      let pipeline = connection.pipeline.syncOperations
      let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
      try pipeline.addHandler(OnlyTLS13(), position: .after(tls))
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .some(.handshakeCompleted) = event as? TLSUserEvent {
      end?.cancel()
      let version = try? context.channel.pipeline.syncOperations.nioSSL_tlsVersion()
      guard version == .tlsv13 else {
        context.close(promise: nil)
        return
      }
    }
    context.fireUserInboundEventTriggered(event)
  }
}
