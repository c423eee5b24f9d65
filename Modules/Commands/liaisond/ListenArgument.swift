import Foundation
import LiaisonSync
import LiaisonTerminal

/// Where a server listens.
enum ListenArgument {
  /// Every address of this machine, of both kinds.
  static let everywhere = ["0.0.0.0:7401", "[::]:7401"]

  /// What was asked for, and the sockets that it takes.
  static func parse(_ texts: [String]) throws -> (
    asked: [LiaisonSync.Endpoint], sockets: [LiaisonSync.Endpoint]
  ) {
    guard !texts.isEmpty else {
      throw Failure(
        "a server that listens nowhere serves nobody", advice: "--listen 127.0.0.1:7401",
        status: .usage)
    }
    let all = try texts.map { text in
      guard let address = Endpoint(text) else {
        throw Failure(
          "'\(text)' is not an address of the form HOST:PORT", advice: "--listen 127.0.0.1:7401",
          status: .usage)
      }
      return address
    }
    // Empty if the system has no IPv6.
    let only = FileManager.default.contents(atPath: "/proc/sys/net/ipv6/bindv6only")
    let sockets = sockets(
      all, hasIPv6: only != nil || texts != everywhere,
      takesBoth: only?.first == UInt8(ascii: "0"))
    return (all, sockets)
  }

  /// Where it is listened: on these sockets, and on what was asked for and one of them takes as well.
  static func heard(
    _ bound: [LiaisonSync.Endpoint], asked: [LiaisonSync.Endpoint]
  ) -> [LiaisonSync.Endpoint] {
    asked.filter { address in
      address.host == "0.0.0.0" && !bound.contains(address)
        && bound.contains(LiaisonSync.Endpoint(host: "::", port: address.port))
    } + bound
  }

  /// The sockets that it takes to listen there.
  /// - Parameters:
  ///   - hasIPv6: whether there are such addresses.
  ///   - takesBoth: whether a socket of `[::]` takes callers of IPv4 as well, and the port for both (RFC 3493
  ///     §5.3).
  static func sockets(
    _ addresses: [LiaisonSync.Endpoint], hasIPv6: Bool, takesBoth: Bool
  ) -> [LiaisonSync.Endpoint] {
    var taken: [LiaisonSync.Endpoint] = []
    for address in addresses where hasIPv6 || !address.isIPv6 {
      if !taken.contains(address) || address.port == 0 { taken.append(address) }
    }
    guard takesBoth else { return taken }
    return taken.filter { address in
      address.host != "0.0.0.0" || address.port == 0
        || !taken.contains(LiaisonSync.Endpoint(host: "::", port: address.port))
    }
  }
}
