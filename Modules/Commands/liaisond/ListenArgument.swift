import Foundation
import LiaisonSync
import LiaisonTerminal

/// Where a server listens.
enum ListenArgument {
  /// Every address of this machine, of both kinds.
  static let everywhere = ["0.0.0.0:7401", "[::]:7401"]

  static func parse(_ texts: [String]) throws -> [LiaisonSync.Endpoint] {
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
    return sockets(
      all, hasIPv6: only != nil || texts != everywhere,
      takesBoth: only?.first == UInt8(ascii: "0"))
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
