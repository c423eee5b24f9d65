public import Foundation
internal import Glibc
public import LiaisonModel

/// Time, as the system's clock tells it.
public enum System {
  public static func now() -> Timestamp {
    Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
  }

  /// The year that a moment falls into in a time zone: this computer's, if none is named.
  public static func year(of moment: Timestamp, in zone: TimeZone = .current) -> Int {
    let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
    return Calendar(identifier: .gregorian).dateComponents(in: zone, from: date).year ?? moment.year
  }

  public static func newID() -> UUIDv7 {
    var random = SystemRandomNumberGenerator()
    return UUIDv7(milliseconds: now().milliseconds, random: &random)
  }

  public static func randomWord() -> UInt64 { UInt64.random(in: .min ... .max) }

  /// Who writes: LIAISON_AUTHOR, or the name of the system's user, or the user's number if it has none.
  public static func author() -> String {
    let given = ProcessInfo.processInfo.environment["LIAISON_AUTHOR"] ?? ""
    if !given.isEmpty { return given }
    let name = NSUserName()
    return name.isEmpty ? "uid \(getuid())" : name
  }
}
