import LiaisonSync
import LiaisonTerminal

extension LiaisonSync.Endpoint {
  /// Reads what a person wrote.
  /// - Throws: ``Failure`` if it is no HOST:PORT.
  init(argument text: String) throws(Failure) {
    guard let endpoint = Self(text) else {
      throw Failure("'\(text)' is not an address", advice: "HOST:PORT", status: .usage)
    }
    self = endpoint
  }
}
