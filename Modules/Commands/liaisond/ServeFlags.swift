import ArgumentParser

/// The flags of `liaisond serve`; each stands in ``ServeOption/all`` as well, and may come from a variable
/// or a file.
struct ServeFlags: ParsableArguments {
  @Argument(help: "The server's folder.")
  var directory: String?
  @Option(
    help: ArgumentHelp(
      "The database, in the place of a folder: postgresql://HOST/DATABASE.", valueName: "url"))
  var store: String?
  @Option(
    help: ArgumentHelp(
      "ADDRESS:PORT, again for each; port 0 takes a free one. Otherwise all, and port 7401.",
      valueName: "address:port"))
  var listen: [String] = []
  @Option(
    help: ArgumentHelp(
      "One more name or address that offices call the server by.", valueName: "host"))
  var host: [String] = []
  @Option(
    help: ArgumentHelp(
      "The server's certificate of another authority, in PEM, and those behind it.",
      valueName: "file"))
  var certificate: String?
  @Option(help: ArgumentHelp("The key of that certificate, in PEM; mode 0600.", valueName: "file"))
  var key: String?
  @Option(
    help: ArgumentHelp(
      "A second port for /livez, /readyz and /metrics, on loopback; port 0 takes a free one.",
      valueName: "address:port"))
  var operations: String?
  @Flag(help: "Let --operations stand on other addresses: whoever reaches it may read it.")
  var insecureOperations = false
  @Option(help: ArgumentHelp("The log's form: text, json or logfmt.", valueName: "form"))
  var logFormat: String?
  @Option(
    help: ArgumentHelp(
      "The least that is logged: debug, info, notice, warning, error; debug has a line a call.",
      valueName: "level"))
  var logLevel: String?
  @Flag(help: "Neither TLS nor certificates: callers are believed. On loopback only, for trying.")
  var insecureLoopback = false
}
