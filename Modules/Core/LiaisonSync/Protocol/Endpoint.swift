/// Where a server listens, or is called: HOST:PORT, parsed once.
///
/// HOST is a name, an IPv4 address, or an IPv6 address in brackets: `hq.example:7401`,
/// `127.0.0.1:7401`, `[::1]:7401`. Port 0 stands for any free one.
public struct Endpoint: Hashable, Sendable {
  /// Without brackets.
  public let host: String
  public let port: Int

  /// For a host and a port that a system has given.
  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// The endpoint that a text spells; nil if it spells none.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let (name, number) = (text[..<colon], text[text.index(after: colon)...])
    guard !number.isEmpty, number.utf8.allSatisfy(Endpoint.isDigit), let port = UInt16(number)
    else { return nil }
    if name.first == "[", name.last == "]" {
      let inner = name.dropFirst().dropLast()
      guard Endpoint.isIPv6(inner) else { return nil }
      host = String(inner)
    } else {
      guard Endpoint.isIPv4(name) || Endpoint.isName(name) else { return nil }
      host = String(name)
    }
    self.port = Int(port)
  }

  public var isIPv6: Bool { host.contains(":") }
  public var isIPv4: Bool { Endpoint.isIPv4(host) }

  /// Whether only this machine can be reached there: `localhost`, `127.…` or `::1`.
  public var isLoopback: Bool {
    if host.lowercased() == "localhost" { return true }
    if isIPv6 { return Endpoint.groups(host[...]) == [0, 0, 0, 0, 0, 0, 0, 1] }
    return Endpoint.isIPv4(host) && host.hasPrefix("127.")
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension Endpoint {
  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// Four numbers of up to 255 between dots, without zeros in front: some would read those as octal.
  private static func isIPv4(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy(isDigit) && UInt8(part) != nil
          && (part.utf8.count == 1 || part.first != "0")
      }
  }

  /// Labels of letters, digits, hyphens and underscores between dots, of which the last is no
  /// number, so that a mistyped address is not taken for a name.
  private static func isName(_ text: some StringProtocol) -> Bool {
    guard (1...253).contains(text.utf8.count) else { return false }
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        && label.utf8.allSatisfy { byte in
          isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    } && labels.last?.utf8.allSatisfy(isDigit) == false
  }

  private static func isIPv6(_ text: some StringProtocol) -> Bool { groups(text) != nil }

  /// The eight groups of an IPv6 address (RFC 4291 §2.2, without the dotted form); nil if the text
  /// is none.
  private static func groups(_ text: some StringProtocol) -> [UInt16]? {
    var halves: [[UInt16]] = [[]]
    var parts = text.split(separator: ":", omittingEmptySubsequences: false)[...]
    guard parts.count >= 3 else { return nil }
    if parts.first?.isEmpty == true {
      guard parts.dropFirst().first?.isEmpty == true else { return nil }
      parts.removeFirst()
    }
    if parts.last?.isEmpty == true {
      guard parts.dropLast().last?.isEmpty == true else { return nil }
      parts.removeLast()
    }
    for part in parts {
      if part.isEmpty {
        guard halves.count == 1 else { return nil }
        halves.append([])
        continue
      }
      guard part.utf8.count <= 4, part.first != "+", let group = UInt16(part, radix: 16) else {
        return nil
      }
      halves[halves.count - 1].append(group)
    }
    let count = halves.joined().count
    guard halves.count == 2 else { return count == 8 ? halves[0] : nil }
    guard count < 8 else { return nil }
    return halves[0] + Array(repeating: 0, count: 8 - count) + halves[1]
  }
}
