public import LiaisonModel

/// What lets one replica of an office in: where the server is, whom to believe there, and a secret.
///
/// One line, `VIE@sync.example.org:7400#PIN.SECRET`, or spoken, `VIE@sync.example.org:7400` and 34 letters and
/// digits in groups of four, of which the last two show a letter that was misheard.
public struct Invitation: Hashable, Sendable {
  /// Bytes of the secret.
  public static let secretBytes = 10
  /// Bytes of the fingerprint in the spoken form: who makes another key with these needs 2⁸⁰ tries.
  static let spokenPinBytes = 10

  public let office: OfficeID
  public let server: Endpoint
  /// The first bytes of the fingerprint of the authority that the server's certificate must lead to: 10 of
  /// them, or all.
  public let pin: [UInt8]
  public let secret: [UInt8]

  public init(office: OfficeID, server: Endpoint, authority: Fingerprint, secret: [UInt8]) {
    self.office = office
    self.server = server
    pin = authority.bytes
    self.secret = secret
  }

  /// Nil if the text is none, or a letter of the spoken form is wrong.
  public init?(_ text: some StringProtocol) {
    guard let at = text.firstIndex(of: "@"), let mark = text.firstIndex(of: "#"), at < mark,
      let office = OfficeID(String(text[..<at]).uppercased()),
      let server = Endpoint(text[text.index(after: at)..<mark]),
      let (pin, secret) = Invitation.parts(text[text.index(after: mark)...])
    else { return nil }
    (self.office, self.server, self.pin, self.secret) = (office, server, pin, secret)
  }

  /// Whether this is the authority that was meant.
  public func trusts(_ authority: Fingerprint) -> Bool {
    authority.bytes.starts(with: pin) && pin.count >= Invitation.spokenPinBytes
  }

  private static func parts(_ text: some StringProtocol) -> (pin: [UInt8], secret: [UInt8])? {
    if let dot = text.firstIndex(of: ".") {
      guard let pin = Base32.bytes(text[..<dot]), pin.count == Fingerprint.byteCount,
        let secret = Base32.bytes(text[text.index(after: dot)...]), secret.count == secretBytes
      else { return nil }
      return (pin, secret)
    }
    let letters = String(text.filter { $0 != "-" && $0 != " " })
    let said = letters.dropLast(2)
    guard let bytes = Base32.bytes(said), bytes.count == spokenPinBytes + secretBytes,
      letters.suffix(2).compactMap(Base32.value) == check(said).compactMap(Base32.value)
    else { return nil }
    return (Array(bytes.prefix(spokenPinBytes)), Array(bytes.dropFirst(spokenPinBytes)))
  }

  /// Two characters that differ if one of the others does, or two that stand beside each other have changed
  /// places: a weighted sum modulo a prime.
  private static func check(_ letters: some StringProtocol) -> String {
    let prime = 1021
    let sum = letters.reduce(0) { ($0 * 2 + (Base32.value($1) ?? 0)) % prime }
    return String([Base32.digit(sum >> 5), Base32.digit(sum)])
  }

  /// The letters and digits of the spoken form.
  public var spoken: String {
    let letters = Base32.text(pin.prefix(Invitation.spokenPinBytes) + secret)
    let all = Array(letters + Invitation.check(letters))
    return stride(from: 0, to: all.count, by: 4)
      .map { String(all[$0..<min($0 + 4, all.count)]) }.joined(separator: "-")
  }
}

extension Invitation: CustomStringConvertible {
  /// The line, as long as the whole fingerprint is known.
  public var description: String {
    guard pin.count == Fingerprint.byteCount else { return "\(office)@\(server)#\(spoken)" }
    return "\(office)@\(server)#\(Base32.text(pin)).\(Base32.text(secret))"
  }
}
