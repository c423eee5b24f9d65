public import Foundation
internal import Glibc
public import LiaisonModel
internal import Synchronization

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
    let time = now().milliseconds
    return random.withLock { UUIDv7(milliseconds: time, random: &$0) }
  }

  private static let random = Mutex(BufferedRandom())

  /// Lets this process open as many files and connections as the system ever lets it.
  /// - Returns: how many these are.
  public static func raiseFileLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    var raised = limit
    raised.rlim_cur = limit.rlim_max
    let isRaised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0
    return Int(clamping: isRaised ? raised.rlim_cur : limit.rlim_cur)
  }

  public static func randomWord() -> UInt64 { UInt64.random(in: .min ... .max) }

  /// Who writes: LIAISON_AUTHOR, or else the system's user.
  public static func author() -> String { givenAuthor ?? user() }

  /// LIAISON_AUTHOR; nil if it is not set, or empty.
  public static var givenAuthor: String? {
    let given = ProcessInfo.processInfo.environment["LIAISON_AUTHOR"] ?? ""
    return given.isEmpty ? nil : given
  }

  /// The name of the system's user, or its number if it has none.
  public static func user() -> String { user(name: NSUserName(), number: getuid()) }

  package static func user(name: String, number: UInt32) -> String {
    name.isEmpty ? "uid \(number)" : name
  }
}

/// The system's random words, drawn many at a time: each drawing is a call of the system, and an import
/// names two things a line.
private struct BufferedRandom: RandomNumberGenerator {
  /// As many as getentropy(3) gives at once.
  private static let count = 256 / MemoryLayout<UInt64>.size
  private var words: [UInt64] = []
  /// For a system that does not give many at once.
  private var single = SystemRandomNumberGenerator()

  mutating func next() -> UInt64 {
    if words.isEmpty {
      words = [UInt64](unsafeUninitializedCapacity: BufferedRandom.count) { buffer, count in
        let size = BufferedRandom.count * MemoryLayout<UInt64>.size
        count = getentropy(buffer.baseAddress, size) == 0 ? BufferedRandom.count : 0
      }
    }
    return words.popLast() ?? single.next()
  }
}
