import LiaisonSync
import LiaisonTerminal

extension LiaisonSync.Endpoint {
  /// Reads what a person wrote for a server to call.
  /// - Throws: ``Failure`` if it is no HOST:PORT, or the port is 0, at which nobody can be called.
  init(argument text: String) throws(Failure) {
    guard let endpoint = Self(text) else {
      throw Failure("'\(text)' is not an address", advice: "HOST:PORT", status: .usage)
    }
    guard endpoint.port != 0 else {
      throw Failure(
        "'\(text)' has no port to call", advice: "HOST:PORT, as liaisond serve prints it",
        status: .usage)
    }
    self = endpoint
  }
}
