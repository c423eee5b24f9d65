/// What counts as one place that callers come from.
package enum CallerNetwork {
  /// An address of IPv4, or the first 64 bits of one of IPv6, which one machine has for itself (RFC 4291
  /// §2.5.4).
  package static func of(address: some StringProtocol) -> String {
    guard address.contains(":"), !address.contains(".") else {
      return address.split(separator: ":").last.map { String($0) } ?? String(address)
    }
    let groups = address.split(separator: ":", omittingEmptySubsequences: false)
    return groups.prefix { !$0.isEmpty }.prefix(4).joined(separator: ":")
  }

  /// - Parameter peer: as the transport names it: `ipv4:192.0.2.1:80`, `ipv6:[2001:db8::1]:80`.
  package static func of(peer: String) -> String {
    if let begin = peer.firstIndex(of: "["), let end = peer.lastIndex(of: "]"), begin < end {
      return of(address: peer[peer.index(after: begin)..<end])
    }
    let parts = peer.split(separator: ":")
    return parts.count == 3 ? String(parts[1]) : peer
  }
}
