internal import CLibPQ
internal import LiaisonSync

/// How the line to the database is guarded (libpq's documentation, *SSL Support*): the register's authority goes
/// over it with its key.
///
/// To another machine it is `sslmode=verify-full`, whatever libpq's own default is: encrypted, to a server whose
/// certificate is for the host that was called. `require` and `verify-ca` are taken from an address that names them,
/// or from the environment. `disable`, `allow` and `prefer`, which may end in plain text, are refused there.
///
/// Only this is no other machine:
/// - a socket of the system, also the one that libpq calls if no host is named;
/// - `localhost`, 127.0.0.0/8 as four numbers, and ::1.
///
/// One of several hosts that is another machine is enough. `hostaddr` counts before `host`, as libpq calls it. What
/// the address leaves out comes from the environment (`PGHOST`, `PGHOSTADDR`, `PGSSLMODE`, `PGSERVICE`), of which
/// `prefer` is libpq's own default. What a `service` in an address names is not looked up: it counts as another
/// machine.
extension PostgresAddress {
  /// Modes with which nothing goes in plain text.
  private static let encrypted = ["require", "verify-ca", "verify-full"]
  private static let weaker = ["disable", "allow", "prefer"]

  /// The mode that libpq is told; nil for its own.
  /// - Parameter options: what the address says.
  /// - Throws: ``StoreError/unfit(_:)`` for a mode that may end in plain text on another machine.
  static func sslmode(_ options: [String: String]) throws -> String? {
    let usual = try environment()
    let said = options.filter { !$0.value.isEmpty }
    if said["service"] == nil, isLocal(usual.merging(said) { $1 }) { return said["sslmode"] }
    let asked = said["sslmode"] ?? usual["sslmode"].flatMap { $0 == "prefer" ? nil : $0 }
    guard let asked else { return "verify-full" }
    guard encrypted.contains(asked) else {
      // What is none of libpq's modes may be anything.
      let mode = weaker.contains(asked) ? "sslmode=\(asked)" : "this sslmode="
      throw StoreError.unfit(
        "\(mode) is not for a database on another machine: without it the line is encrypted and the "
          + "database's certificate checked")
    }
    return asked
  }

  private static func isLocal(_ options: [String: String]) -> Bool {
    func list(_ keyword: String) -> [Substring] {
      (options[keyword] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    }
    let (hosts, addresses) = (list("host"), list("hostaddr"))
    return (0..<max(hosts.count, addresses.count)).allSatisfy { number in
      let address = number < addresses.count ? addresses[number] : ""
      let host = address.isEmpty && number < hosts.count ? hosts[number] : address
      return host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@")
        || Endpoint(host: String(host), port: 0).isLoopback
    }
  }

  /// What libpq takes for what an address leaves out.
  /// - Throws: ``StoreError/io(_:)`` if there is no memory.
  private static func environment() throws -> [String: String] {
    guard let usual = PQconndefaults() else {
      throw StoreError.io("there is no memory for libpq's options")
    }
    defer { PQconninfoFree(usual) }
    return values(usual)
  }

  /// What is set in a list of libpq's options, by keyword.
  static func values(_ list: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    var values: [String: String] = [:]
    var option = list
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val {
        values[String(cString: keyword)] = String(cString: value)
      }
      option += 1
    }
    return values
  }
}
