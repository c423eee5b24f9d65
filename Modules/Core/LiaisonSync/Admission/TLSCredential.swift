/// What one side of a connection proves with who it is: X.509 certificates in DER, its own first, and the
/// private key of that, PKCS #8 in DER.
public struct TLSCredential: Hashable, Sendable {
  public let chain: [[UInt8]]
  public let key: [UInt8]

  public init(chain: [[UInt8]], key: [UInt8]) {
    self.chain = chain
    self.key = key
  }
}

/// Says whether the server that answers is the one that is meant. A port.
public protocol ServerVerifier: Sendable {
  /// - Parameters:
  ///   - chain: what the server presents, X.509 in DER, its own first.
  ///   - host: whom this side has called: a name or an address.
  func verify(_ chain: [[UInt8]], host: String) async throws(UntrustedServer)
}

/// Why a server that answers is not believed. Nothing was told to it.
public enum UntrustedServer: Error, Hashable, Sendable, CaseIterable {
  /// It has no certificate of the authority that the invitation named, or that this replica knows.
  case otherAuthority
  /// Its certificate is for another host.
  case otherHost
  /// By this machine's clock its certificate has ended, or begins later.
  case ended
  case notYet
}

extension UntrustedServer: CustomStringConvertible {
  public var description: String {
    switch self {
    case .otherAuthority: "who answers there is not the server of this register"
    case .otherHost: "the server's certificate is not for this address"
    case .ended: "by the clock of this machine the server's certificate has ended"
    case .notYet: "by the clock of this machine the server's certificate is not valid yet"
    }
  }
}
