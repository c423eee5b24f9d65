/// A PostgreSQL as it is called from another machine.
extension PostgresServer {
  /// An address of this machine that nobody can tell from another's without asking the system: 127.0.0.1 as
  /// inet_aton(3) also reads it.
  public static let elsewhere = "127.1"

  /// One that listens on loopback as well, on a port that was free.
  /// - Parameter host: whom its certificate is for, if it has one, of an authority of its own.
  public static func onPort(for host: String? = nil) throws -> PostgresServer {
    let server = try PostgresServer(settings: try settingsOfPort())
    if let host {
      try server.makeCertificate(for: host)
      try server.showCertificate()
    }
    return server
  }

  /// What lets one listen on loopback.
  public static func settingsOfPort() throws -> [String: String] {
    let free = try LoopbackListener.forLater()
    defer { free.close() }
    return ["listen_addresses": "127.0.0.1", "port": "\(free.port)"]
  }

  /// What who calls it believes, if it has a certificate.
  public var authority: String { folder + "/authority.pem" }

  /// A connection URI by which it is called as a machine of that name.
  public func place(_ host: String, namespace: String, _ options: String...) -> String {
    let all = ["hostaddr=\(Self.elsewhere)", "namespace=\(namespace)"] + options
    return "postgresql://postgres@\(host):\(port)/postgres?" + all.joined(separator: "&")
  }

  /// Makes a certificate for it, and its key, in its folder.
  public func makeCertificate(for host: String) throws {
    try Self.run([
      "sh", "-ec",
      """
      umask 022; cd "$0"
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout authority.key \
        -out authority.pem -days 30 -subj "/CN=Authority of $1" 2>&1
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key \
        -out request.pem -subj "/CN=$1" 2>&1
      echo "subjectAltName=DNS:$1" >names
      openssl x509 -req -in request.pem -CA authority.pem -CAkey authority.key -CAcreateserial \
        -out server.pem -days 30 -extfile names 2>&1
      chmod 600 server.key
      """, folder, host,
    ])
  }

  /// Lets it speak TLS with what was made.
  public func showCertificate() throws {
    try set("ssl_cert_file", folder + "/server.pem")
    try set("ssl_key_file", folder + "/server.key")
    try set("ssl", "on")
  }
}
