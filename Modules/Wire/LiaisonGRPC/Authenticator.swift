internal import GRPCCore
internal import GRPCNIOTransportHTTP2Posix
internal import LiaisonModel
internal import LiaisonSync
internal import SwiftASN1
internal import X509

/// Says who calls.
enum Authenticator: Sendable {
  /// By what the call's metadata says: on loopback, if a server was told to.
  case metadata
  /// By the certificate that the connection was made with.
  case certificate

  func caller(_ metadata: Metadata, _ context: ServerContext) throws -> Caller {
    switch self {
    case .metadata:
      return .claimed(
        metadata[stringValues: SyncMethods.officeKey].first { _ in true }.flatMap { OfficeID($0) })
    case .certificate:
      let transport = context.transportSpecific as? HTTP2ServerTransport.Posix.Context
      var serializer = DER.Serializer()
      if let certificate = transport?.peerCertificate { try serializer.serialize(certificate) }
      return .certificate(serializer.serializedBytes, peer: Self.peer(context.remotePeer))
    }
  }

  /// Where a caller is. A socket that takes both kinds of addresses names IPv4 in those of IPv6 (RFC 4291
  /// §2.5.5.2).
  static func peer(_ name: String) -> String {
    let mapped = "ipv6:[::ffff:"
    guard name.hasPrefix(mapped), name.contains("."), let end = name.firstIndex(of: "]") else {
      return name
    }
    return "ipv4:" + name.dropFirst(mapped.count).prefix { $0 != "]" } + name[end...].dropFirst()
  }
}
