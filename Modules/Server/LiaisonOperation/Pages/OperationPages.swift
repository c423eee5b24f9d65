/// What the port for those who run a server answers, without HTTP.
struct OperationPages: Sendable {
  let watch: ServerWatch

  /// - Parameters:
  ///   - method: `GET` and `HEAD` are answered.
  ///   - target: a path, and maybe a query behind it.
  func page(_ method: String, _ target: String) async -> Page {
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = parts.first.map(String.init), Self.paths.contains(path) else {
      return Page(.notFound, "no such page; there are: \(Self.paths.joined(separator: " "))\n")
    }
    guard method == "GET" || method == "HEAD" else {
      return Page(.otherMethod, "GET and HEAD are answered\n")
    }
    switch path {
    case "/livez": return Page(.fine, "ok\n")
    case "/readyz":
      let readiness = await watch.readiness()
      let isVerbose = parts.dropFirst().first?.split(separator: "&").contains { part in
        part == "verbose" || part.hasPrefix("verbose=")
      }
      let isShort = readiness.isReady && isVerbose != true
      return Page(readiness.isReady ? .fine : .notReady, isShort ? "ok\n" : readiness.text)
    case _: return Page(.fine, await watch.metrics(), Page.metricsType)
    }
  }

  static let paths = ["/livez", "/readyz", "/metrics"]
}

/// What is answered.
struct Page: Hashable, Sendable {
  enum Status: Int, Hashable, Sendable {
    case fine = 200
    case notFound = 404
    case otherMethod = 405
    case notReady = 503
  }

  let status: Status
  let text: String
  let type: String

  init(_ status: Status, _ text: String, _ type: String = "text/plain; charset=utf-8") {
    self.status = status
    self.text = text
    self.type = type
  }

  /// Of the text format that Prometheus reads.
  static let metricsType = "text/plain; version=0.0.4; charset=utf-8"
}
