internal import CLibPQ
internal import LiaisonSync

/// Where a register stands in PostgreSQL: a connection URI of libpq (its documentation, *Connection Strings*),
/// with one parameter more, `namespace`, for a database that holds several registers.
///
/// `postgresql://liaison@db1,db2/hq?namespace=training`
public struct PostgresAddress: Hashable, Sendable, CustomStringConvertible {
  /// PostgreSQL's limit for a name, in bytes.
  private static let nameBytes = 63
  /// Where a register stands if nothing else is said.
  private static let usual = "liaison"

  /// What libpq is told, by keyword.
  let options: [String: String]
  /// PostgreSQL's schema in which the register's tables are.
  public let namespace: String
  /// The namespace as it stands in SQL, in which a name that is a word of SQL is one only in quotes.
  var quotedNamespace: String { "\"\(namespace)\"" }
  /// Without what is secret.
  public let description: String

  /// - Throws: ``StoreError/unfit(_:)`` if it is no such URI.
  public init(_ text: String) throws {
    guard text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") else {
      throw StoreError.unfit("a store in PostgreSQL is named postgresql://HOST/DATABASE")
    }
    let (uri, namespace) = try Self.split(text)
    self.namespace = namespace ?? Self.usual
    try Self.check(self.namespace)
    // Why libpq does not take it would name the part, and that may be the password's.
    guard !Self.mayShowAPassword(uri), let parsed = PQconninfoParse(uri, nil) else {
      throw Self.unreadable
    }
    defer { PQconninfoFree(parsed) }
    var options = Self.values(parsed)
    guard Self.hasPorts(options) else { throw Self.unreadable }
    options["sslmode"] = try Self.sslmode(options)
    options.merge(Self.usualOptions) { said, _ in said }
    self.options = options
    let place = [Self.hosts(options), options["dbname"]].compactMap(\.self).joined(separator: "/")
    description = "postgresql://\(place)" + (namespace.map { "?namespace=\($0)" } ?? "")
  }

  /// It repeats nothing of the address.
  private static let unreadable = StoreError.unfit(
    "the store's address is not what libpq takes: "
      + "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with / @ % [ as %2F %40 %25 %5B")

  /// Whether it has an @ behind its first /: a password with a / in it would be taken for a port and a database.
  private static func mayShowAPassword(_ uri: String) -> Bool {
    let place = uri.prefix { $0 != "?" }.split(separator: "/", maxSplits: 3)
    return place.dropFirst(2).contains { $0.contains("@") }
  }

  private static func hasPorts(_ options: [String: String]) -> Bool {
    (options["port"] ?? "").split(separator: ",").allSatisfy { port in
      Int(port).map { (1...65535).contains($0) } ?? false
    }
  }

  /// Each host with its port, if it has one of its own.
  private static func hosts(_ options: [String: String]) -> String? {
    guard let hosts = options["host"]?.split(separator: ",") else { return nil }
    let ports = (options["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    return hosts.enumerated().map { number, host in
      // One port alone is that of all.
      let port = ports.count == 1 ? ports[0] : number < ports.count ? ports[number] : ""
      return port.isEmpty ? String(host) : "\(host):\(port)"
    }.joined(separator: ",")
  }

  /// What holds unless the URI says otherwise: only a server that may be written to, a connection whose other side
  /// has gone is noticed, and no encryption by GSSAPI, which libpq would prefer to TLS.
  private static let usualOptions = [
    "target_session_attrs": "read-write", "connect_timeout": "3", "tcp_user_timeout": "5000",
    "gssencmode": "disable", "keepalives_idle": "5", "keepalives_interval": "2",
    "keepalives_count": "3",
    "fallback_application_name": "liaisond", "client_encoding": "UTF8",
  ]

  /// The URI as libpq takes it, and the namespace.
  private static func split(_ text: String) throws -> (String, String?) {
    guard let mark = text.firstIndex(of: "?") else { return (text, nil) }
    var namespace: String?
    var kept: [Substring] = []
    for part in text[text.index(after: mark)...].split(separator: "&") {
      guard part.hasPrefix("namespace=") else {
        kept.append(part)
        continue
      }
      namespace = String(part.dropFirst("namespace=".count))
    }
    let base = String(text[..<mark])
    return (kept.isEmpty ? base : base + "?" + kept.joined(separator: "&"), namespace)
  }

  /// It stands in statements, so that it is of plain letters.
  private static func check(_ namespace: String) throws {
    let letters = namespace.utf8.allSatisfy {
      ("a"..."z").contains(Character(Unicode.Scalar($0)))
        || ("0"..."9").contains(Character(Unicode.Scalar($0))) || $0 == UInt8(ascii: "_")
    }
    let begins = namespace.first.map { $0.isLetter } ?? false
    guard letters, begins, namespace.utf8.count <= nameBytes, !namespace.hasPrefix("pg_") else {
      throw StoreError.unfit(
        "the namespace '\(namespace)' is none: a to z, 0 to 9 and _, a letter first")
    }
  }

  /// What libpq says, as one line.
  static func line(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).map { $0.drop { $0.isWhitespace } }
      .joined(separator: "; ")
  }
}
