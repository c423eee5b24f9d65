import LiaisonModel
import LiaisonSync
import TestSupport
import Testing

/// An invitation as a person pastes it, reads it aloud and types it.
struct InvitationTests {
  private let invitation: Invitation

  init() throws {
    var random = Seeded(3)
    let pin = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    invitation = Invitation(
      office: try #require(OfficeID("VIE")), server: try #require(Endpoint("hq.example:7401")),
      authority: try #require(Fingerprint(pin)),
      secret: (0..<Invitation.secretBytes).map { _ in
        UInt8.random(in: .min ... .max, using: &random)
      })
  }

  @Test func itIsReadAsItIsWritten() throws {
    #expect(Invitation("\(invitation)") == invitation)
    #expect("\(invitation)".count == "VIE@hq.example:7401#".count + 52 + 1 + 16)
    let lower = "\(invitation)".lowercased()
    #expect(Invitation(lower) == invitation, "a person may type small letters")
    let spoken = try #require(Invitation("VIE@hq.example:7401#\(invitation.spoken)"))
    #expect(spoken.secret == invitation.secret && spoken.server == invitation.server)
    #expect(invitation.pin.starts(with: spoken.pin) && spoken.pin.count == 10)
    #expect("\(spoken)" == "VIE@hq.example:7401#\(invitation.spoken)")
    #expect(invitation.spoken.split(separator: "-").map(\.count) == [4, 4, 4, 4, 4, 4, 4, 4, 2])
  }

  @Test func itTrustsTheAuthorityThatItNames() throws {
    let authority = try #require(Fingerprint(invitation.pin))
    let spoken = try #require(Invitation("VIE@hq.example:7401#\(invitation.spoken)"))
    #expect(invitation.trusts(authority) && spoken.trusts(authority))
    for byte in [0, 9, 10, 31] {
      var bytes = invitation.pin
      bytes[byte] ^= 1
      let other = try #require(Fingerprint(bytes))
      #expect(!invitation.trusts(other))
      #expect(spoken.trusts(other) == (byte >= 10))
    }
  }

  @Test func aLetterThatWasMisheardIsNoticed() {
    let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    let said = Array(invitation.spoken.filter { $0 != "-" })
    var tried = 0
    for place in said.indices {
      for digit in digits where digit != said[place] {
        var heard = said
        heard[place] = digit
        #expect(Invitation("VIE@hq.example:7401#\(String(heard))") == nil)
        tried += 1
      }
      guard place > 0, place < said.count - 2, said[place] != said[place - 1] else { continue }
      var heard = said
      heard.swapAt(place, place - 1)
      #expect(Invitation("VIE@hq.example:7401#\(String(heard))") == nil)
    }
    #expect(tried == said.count * 31)
    let forgiving = invitation.spoken.replacing("1", with: "I").replacing("0", with: "o")
    #expect(Invitation("vie@hq.example:7401#\(forgiving)")?.secret == invitation.secret)
  }

  @Test(arguments: [
    "", "VIE@hq.example:7401", "VIE#A.B", "hq.example:7401#A.B", "VIE@hq.example#A.B", "@hq:1#A.B",
    "VIE@hq.example:7401#", "VIE@hq.example:7401#.", "VIE@hq.example:7401#ABC.DEF", "#@", "VIE@#",
    "VIE@hq.example:7401#\u{0}", "VIE@hq.example:99999#A.B",
  ])
  func whatIsNoneIsNotTakenForOne(text: String) {
    #expect(Invitation(text) == nil)
  }

  @Test(arguments: 0..<40)
  func everyNumberOfBytesComesBack(count: Int) {
    var random = Seeded(UInt64(count))
    let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    let text = Base32.text(bytes)
    #expect(Base32.bytes(text) == bytes && text.count == (count * 8 + 4) / 5)
    #expect(Base32.bytes(text + "U") == nil)
  }
}
